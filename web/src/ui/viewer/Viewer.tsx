// The map page: a full map with a bar, a legend and a panel over it.
import { useEffect, useRef } from "preact/hooks";
import type { TileJson } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { answer, forget } from "../../state/answer.ts";
import { deskOpen } from "../../state/desk.ts";
import { tileset } from "../../state/tileset.ts";
import { DemoNote } from "../DemoNote.tsx";
import { Icon } from "../Icon.tsx";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { Notices } from "./Notices.tsx";
import { Panel } from "./Panel.tsx";
import { Search } from "./Search.tsx";
import { TierSwitch } from "./TierSwitch.tsx";

/** `mountMap` comes from outside: panels and map know each other by the state only. */
export interface ViewerProps {
  readonly webgl: boolean;
  readonly mountMap: (container: HTMLElement, tiles: TileJson) => () => void;
  /** Loads the panel of the editions; the result takes it away again. */
  readonly openEditions: (container: HTMLElement) => Promise<() => void>;
}

export function Viewer({ webgl, mountMap, openEditions }: ViewerProps) {
  const says = words.value;
  const tiles = tileset.value;
  const ready = tiles.state === "ready";
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${says.title} · Gridward`;
  }, [says]);
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
          <OpenEditions />
          <LanguageSwitch />
        </div>
        {ready && webgl && answer.value.state === "none" && !deskOpen.value && <p class="hint">{says.hint}</p>}
      </header>
      <main>
        <div class="map" ref={container} />
        <i class="crosshair" aria-hidden="true" />
        {!deskOpen.value && <Notices tileset={tiles} webgl={webgl} />}
      </main>
      {tiles.state === "ready" && webgl && <TierSwitch tiles={tiles.tiles} />}
      {tiles.state === "ready" && <DemoNote edition={tiles.tiles.name} />}
      {deskOpen.value ? <Desk openEditions={openEditions} /> : <Panel />}
    </>
  );
}

function OpenEditions() {
  const says = words.value.editions;
  return (
    <button
      type="button"
      class="open-editions"
      aria-expanded={deskOpen.value}
      title={says.label}
      onClick={() => {
        forget();
        deskOpen.value = !deskOpen.value;
      }}
    >
      <Icon name="editions" />
      <span>{says.open}</span>
    </button>
  );
}

/** Where the panel of the editions comes once it is loaded. */
function Desk({ openEditions }: Pick<ViewerProps, "openEditions">) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    let remove = (): void => {};
    if (place.current) {
      void openEditions(place.current).then((taken) => {
        remove = taken;
        if (gone) remove();
      });
    }
    return () => {
      gone = true;
      remove();
    };
  }, [openEditions]);
  return <div ref={place} />;
}
