// What changes hands between two editions, on the maps of both.
import type { Map as MapLibre } from "maplibre-gl";
import { chosenChange, shownStrips } from "../../state/editions/comparison.ts";
import { cssColor } from "../css.ts";
import { type OverlayLayer, overlay } from "./overlay.ts";

const ID = "strips";

export function showChanges(map: MapLibre): void {
  overlay(
    map,
    ID,
    () => shownStrips.value,
    layers,
    () => {
      const change = chosenChange.value;
      if (!map.getLayer("strip-chosen")) return;
      const codes = ["literal", change?.codes ?? []];
      const touched = ["any", ["in", ["get", "from"], codes], ["in", ["get", "to"], codes]];
      map.setFilter("strip-chosen", ["all", ["==", ["get", "tier"], change?.tier ?? 0], touched] as never);
    },
  );
}

function layers(): OverlayLayer[] {
  const colour = cssColor("--change");
  return [
    { id: "strip-areas", type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.42 } },
    { id: "strip-edges", type: "line", paint: { "line-color": colour, "line-width": 1.4 } },
    {
      id: "strip-chosen",
      type: "line",
      filter: ["==", ["get", "tier"], 0],
      layout: { "line-join": "round" },
      paint: { "line-color": cssColor("--ink"), "line-width": 3.4 },
    },
  ];
}
