// Shows one tier alone, or hands over from tier to tier by zoom as the style has it.
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import type { Tier, TileJson } from "../api/types.ts";
import { firstZoom, shownTier } from "../state/tileset.ts";
import { effectOf } from "./lifetime.ts";

const LAYER = /^(fill|border|label)-tier([123])$/;

export function showTiers(map: MapLibre, tiles: TileJson): void {
  let styled: LayerSpecification[] = [];
  map.on("style.load", () => {
    styled = map.getStyle().layers.filter((layer) => LAYER.test(layer.id));
    for (const layer of styled) apply(map, layer, shownTier.peek());
  });
  effectOf(map, () => {
    const tier = shownTier.value;
    for (const layer of styled) apply(map, layer, tier);
    // The tiles hold the smaller tiers from a closer look on only.
    const least = tier === null ? 0 : firstZoom(tiles, tier);
    if (map.getZoom() < least) map.easeTo({ zoom: least });
  });
}

/** Sets what a tier alone needs on a layer as the style gave it, or puts that back. */
function apply(map: MapLibre, layer: LayerSpecification, alone: Tier | null): void {
  const [, kind, number] = LAYER.exec(layer.id) ?? [];
  const tier = Number(number);
  // The borders of the tiers above are borders of this tier too.
  const seen = alone === null || tier === alone || (kind === "border" && tier < alone);
  map.setLayoutProperty(layer.id, "visibility", seen ? "visible" : "none");
  if (layer.type === "fill") {
    const full = (map.getStyle().metadata as Record<string, number>)["gridward:fill-opacity"];
    map.setPaintProperty(layer.id, "fill-opacity", alone === null ? layer.paint?.["fill-opacity"] : full);
  }
  if (layer.type === "symbol") {
    map.setLayerZoomRange(layer.id, layer.minzoom ?? 0, alone === null ? (layer.maxzoom ?? 24) : 24);
  }
}
