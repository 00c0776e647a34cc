// The map page: a full map with a bar, a legend and a panel over it.
import { useEffect, useRef } from "preact/hooks";
import type { TileJson } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { answer, forget } from "../../state/answer.ts";
import { type Desk, desk } from "../../state/desk.ts";
import { tileset } from "../../state/tileset.ts";
import { DemoNote } from "../DemoNote.tsx";
import { Icon, type IconName } from "../Icon.tsx";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { useTitle } from "../title.ts";
import { Who } from "../Who.tsx";
import { Notices } from "./Notices.tsx";
import { Panel } from "./Panel.tsx";
import { Search } from "./Search.tsx";
import { TierSwitch } from "./TierSwitch.tsx";

/** `mountMap` comes from outside: panels and map know each other by the state only. */
export interface ViewerProps {
  readonly webgl: boolean;
  readonly mountMap: (container: HTMLElement, tiles: TileJson) => () => void;
  /** Each loads its panel; the result takes it away again. */
  readonly panels: Readonly<Record<Desk, OpenPanel>>;
}

type OpenPanel = (container: HTMLElement) => Promise<() => void>;

export function Viewer({ webgl, mountMap, panels }: ViewerProps) {
  const says = words.value;
  const tiles = tileset.value;
  const ready = tiles.state === "ready";
  const container = useRef<HTMLDivElement>(null);
  useTitle(says.title);
  useEffect(() => {
    if (tiles.state !== "ready" || !webgl || !container.current) return;
    return mountMap(container.current, tiles.tiles);
  }, [tiles, webgl, mountMap]);
  return (
    <>
      <header class="bar">
        <div class="card">
          <h1>{says.brand}</h1>
          {tiles.state !== "empty" && <Search />}
          <OpenDesk opens="reports" icon="reports" {...says.reports} />
          <OpenDesk opens="editions" icon="editions" {...says.editions} />
          <LanguageSwitch />
          <Who />
        </div>
        {ready && webgl && answer.value.state === "none" && desk.value === null && <p class="hint">{says.hint}</p>}
      </header>
      <main>
        <div class="map" ref={container} />
        <i class="crosshair" aria-hidden="true" />
        {desk.value === null && <Notices tileset={tiles} webgl={webgl} />}
      </main>
      {tiles.state === "ready" && webgl && <TierSwitch tiles={tiles.tiles} />}
      {tiles.state === "ready" && <DemoNote edition={tiles.tiles.name} />}
      {desk.value === null ? <Panel /> : <Place key={desk.value} open={panels[desk.value]} />}
    </>
  );
}

function OpenDesk({ opens, icon, open, label }: { opens: Desk; icon: IconName; open: string; label: string }) {
  return (
    <button
      type="button"
      class={`open-desk open-${opens}`}
      aria-expanded={desk.value === opens}
      title={label}
      onClick={() => {
        forget();
        desk.value = desk.peek() === opens ? null : opens;
      }}
    >
      <Icon name={icon} />
      <span>{open}</span>
    </button>
  );
}

/** Where a panel comes once it is loaded. */
function Place({ open }: { open: OpenPanel }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let remove = (): void => {};
    if (place.current) {
      void open(place.current).then((taken) => {
        remove = taken;
        if (gone) remove();
      });
    }
    return () => {
      gone = true;
      remove();
    };
  }, [open]);
  return <div ref={place} />;
}
