// The grid under the pointer, and the outline of the grid that was asked about.
import type { Map as MapLibre } from "maplibre-gl";
import type { Tier, TileJson } from "../api/types.ts";
import { answer } from "../state/answer.ts";
import { zoom } from "../state/camera.ts";
import { firstZoom, shownTier, tierAt, tiersOf } from "../state/tileset.ts";
import { cssColor } from "./css.ts";
import { effectOf } from "./lifetime.ts";

const NONE = "";

export function highlight(map: MapLibre, tiles: TileJson): void {
  map.on("style.load", () => {
    addLayers(map, tiles);
    outline(map, tiles);
  });
  followPointer(map, tiles);
  effectOf(map, () => outline(map, tiles));
}

function addLayers(map: MapLibre, tiles: TileJson): void {
  const accent = cssColor("--accent");
  // Below the names, so that a highlighted grid can still be read.
  const names = map.getStyle().layers.find((layer) => layer.type === "symbol")?.id;
  for (const tier of tiersOf(tiles)) {
    const source = { source: "grids", "source-layer": `tier${tier}` } as const;
    map.addLayer(
      {
        ...source,
        id: `hover-tier${tier}`,
        type: "fill",
        paint: {
          "fill-color": accent,
          "fill-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 0.16, 0],
        },
      },
      names,
    );
    map.addLayer(
      {
        ...source,
        id: `chosen-fill-tier${tier}`,
        type: "fill",
        filter: ["==", ["get", "code"], NONE],
        paint: { "fill-color": accent, "fill-opacity": 0.18 },
      },
      names,
    );
    map.addLayer(
      {
        ...source,
        id: `chosen-tier${tier}`,
        type: "line",
        filter: ["==", ["get", "code"], NONE],
        layout: { "line-join": "round" },
        paint: { "line-color": accent, "line-width": tier === 1 ? 4 : 3.2 },
      },
      names,
    );
  }
}

/** Outlines the asked grid of the tier in view: what is named first in the panel, where the tiles hold it. */
function outline(map: MapLibre, tiles: TileJson): void {
  const now = answer.value;
  const chosen = shownTier.value;
  const height = zoom.value ?? 0;
  if (!tiersOf(tiles).every((tier) => map.getLayer(`chosen-tier${tier}`))) return;
  const grids = now.state === "answered" ? now.answer.grids : [];
  const drawn = grids.filter((grid) => height >= firstZoom(tiles, grid.tier));
  const grid = drawn.find((grid) => grid.tier === chosen) ?? drawn.at(-1);
  for (const tier of tiersOf(tiles)) {
    const code = grid?.tier === tier ? grid.code : NONE;
    map.setFilter(`chosen-tier${tier}`, ["==", ["get", "code"], code]);
    map.setFilter(`chosen-fill-tier${tier}`, ["==", ["get", "code"], code]);
  }
}

function followPointer(map: MapLibre, tiles: TileJson): void {
  let lit: { tier: Tier; id: number | string } | null = null;
  const light = (next: typeof lit): void => {
    if (lit?.id === next?.id && lit?.tier === next?.tier) return;
    if (lit) map.removeFeatureState({ source: "grids", sourceLayer: `tier${lit.tier}`, id: lit.id }, "hover");
    if (next) map.setFeatureState({ source: "grids", sourceLayer: `tier${next.tier}`, id: next.id }, { hover: true });
    lit = next;
  };
  map.on("mousemove", (event) => {
    const tier = shownTier.value ?? tierAt(tiles, map.getZoom());
    const layer = `hover-tier${tier}`;
    const id = map.getLayer(layer) && map.queryRenderedFeatures(event.point, { layers: [layer] })[0]?.id;
    light(tier === undefined || id === undefined ? null : { tier, id });
  });
  map.on("mouseout", () => light(null));
  map.on("style.load", () => {
    lit = null;
  });
}
