// GeoJSON laid over an edition's map, again after each change of the style.
import type { FeatureCollection } from "geojson";
import type { AddLayerObject, GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { effectOf } from "../lifetime.ts";

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** A layer as the overlay's own source has it. */
export type OverlayLayer = { readonly id: string } & Record<string, unknown>;

/**
 * Draws `features()` by `layers()`, anew when a signal that one of them reads changes. `then` runs after each, for
 * filters that follow what is chosen.
 */
export function overlay(
  map: MapLibre,
  id: string,
  features: () => FeatureCollection,
  layers: () => readonly OverlayLayer[],
  then: () => void,
): void {
  map.on("style.load", () => {
    map.addSource(id, { type: "geojson", data: features() });
    for (const layer of layers()) map.addLayer({ ...layer, source: id } as unknown as AddLayerObject);
    then();
  });
  effectOf(map, () => {
    const data = features();
    (map.getSource(id) as GeoJSONSource | undefined)?.setData(data);
  });
  effectOf(map, () => {
    then();
  });
}
