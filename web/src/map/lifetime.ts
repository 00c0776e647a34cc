// Effects that end with their map: a map that is taken away must not be drawn on.
import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

export function effectOf(map: MapLibre, run: () => void): void {
  map.once("remove", effect(run));
}
