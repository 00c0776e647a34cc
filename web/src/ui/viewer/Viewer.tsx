// The map page: a full map with a bar, a legend and a panel over it.
import { useEffect, useRef } from "preact/hooks";
import type { TileJson } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { answer } from "../../state/answer.ts";
import { tileset } from "../../state/tileset.ts";
import { DemoNote } from "../DemoNote.tsx";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { Notices } from "./Notices.tsx";
import { Panel } from "./Panel.tsx";
import { Search } from "./Search.tsx";
import { TierSwitch } from "./TierSwitch.tsx";

/** `mountMap` comes from outside: panels and map know each other by the state only. */
export interface ViewerProps {
  readonly webgl: boolean;
  readonly mountMap: (container: HTMLElement, tiles: TileJson) => void;
}

export function Viewer({ webgl, mountMap }: ViewerProps) {
  const says = words.value;
  const tiles = tileset.value;
  const ready = tiles.state === "ready";
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${says.title} · Gridward`;
  }, [says]);
  useEffect(() => {
    if (tiles.state === "ready" && webgl && container.current) mountMap(container.current, tiles.tiles);
  }, [tiles, webgl, mountMap]);
  return (
    <>
      <header class="bar">
        <div class="card">
          <h1>{says.brand}</h1>
          {tiles.state !== "empty" && <Search />}
          <LanguageSwitch />
        </div>
        {ready && webgl && answer.value.state === "none" && <p class="hint">{says.hint}</p>}
      </header>
      <main>
        <div class="map" ref={container} />
        <i class="crosshair" aria-hidden="true" />
        <Notices tileset={tiles} webgl={webgl} />
      </main>
      {tiles.state === "ready" && webgl && <TierSwitch tiles={tiles.tiles} />}
      {tiles.state === "ready" && <DemoNote edition={tiles.tiles.name} />}
      <Panel />
    </>
  );
}
