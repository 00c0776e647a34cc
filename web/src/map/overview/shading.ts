// The overview's map: the grids of one tier in the shades of their counts, and the chosen one outlined.
import type { ExpressionSpecification, Map as MapLibre } from "maplibre-gl";
import type { TileJson } from "../../api/types.ts";
import { chosen, SHADES, type Shading, shading } from "../../state/overview/counts.ts";
import { tier } from "../../state/overview/period.ts";
import { shownTier, tiersOf } from "../../state/tileset.ts";
import { createMap } from "../create.ts";
import { cssColor } from "../css.ts";
import { effectOf } from "../lifetime.ts";
import { showTiers } from "../tiers.ts";

export { webglWorks } from "../create.ts";

const NONE = "";

/** Puts the map into `container`; the result takes it away again. */
export function mountShading(container: HTMLElement, tiles: TileJson): () => void {
  const map = createMap(container, tiles);
  shownTier.value = tier.peek();
  effectOf(map, () => {
    shownTier.value = tier.value;
  });
  showTiers(map, tiles);
  map.on("style.load", () => {
    addLayers(map, tiles);
    paint(map, tiles, shading.peek());
    outline(map, tiles, chosen.peek());
  });
  effectOf(map, () => paint(map, tiles, shading.value));
  effectOf(map, () => outline(map, tiles, chosen.value));
  map.on("click", ({ point }) => {
    const layers = [`shade-tier${tier.peek()}`].filter((layer) => map.getLayer(layer));
    const code = map.queryRenderedFeatures(point, { layers })[0]?.properties.code;
    chosen.value = typeof code === "string" ? code : null;
  });
  return () => {
    shownTier.value = null;
    map.remove();
  };
}

function addLayers(map: MapLibre, tiles: TileJson): void {
  const { layers } = map.getStyle();
  const lines = layers.find((layer) => layer.type === "line")?.id;
  const names = layers.find((layer) => layer.type === "symbol")?.id;
  for (const tier of tiersOf(tiles)) {
    const source = { source: "grids", "source-layer": `tier${tier}` } as const;
    map.addLayer({ ...source, id: `shade-tier${tier}`, type: "fill", layout: { visibility: "none" } }, lines);
    map.addLayer(
      {
        ...source,
        id: `chosen-tier${tier}`,
        type: "line",
        filter: ["==", ["get", "code"], NONE],
        layout: { "line-join": "round" },
        paint: { "line-color": cssColor("--ink"), "line-width": 3.5 },
      },
      names,
    );
  }
}

function paint(map: MapLibre, tiles: TileJson, now: Shading | null): void {
  const none = cssColor("--shade-0");
  for (const tier of tiersOf(tiles)) {
    const layer = `shade-tier${tier}`;
    if (!map.getLayer(layer)) continue;
    const seen = now?.tier === tier;
    map.setLayoutProperty(layer, "visibility", seen ? "visible" : "none");
    if (seen) map.setPaintProperty(layer, "fill-color", colours(now.shades, none));
  }
}

function colours(shades: ReadonlyMap<string, number>, none: string): ExpressionSpecification | string {
  const byShade = new Map<number, string[]>();
  for (const [code, shade] of shades) byShade.set(shade, [...(byShade.get(shade) ?? []), code]);
  const branches = [];
  for (let shade = 1; shade <= SHADES; shade++) {
    const codes = byShade.get(shade);
    if (codes) branches.push(codes, cssColor(`--shade-${shade}`));
  }
  if (branches.length === 0) return none;
  return ["match", ["get", "code"], ...branches, none] as unknown as ExpressionSpecification;
}

function outline(map: MapLibre, tiles: TileJson, code: string | null): void {
  for (const tier of tiersOf(tiles)) {
    const layer = `chosen-tier${tier}`;
    if (map.getLayer(layer)) map.setFilter(layer, ["==", ["get", "code"], code ?? NONE]);
  }
}
