// The pin at the place that was asked about.
import { type Map as MapLibre, Marker } from "maplibre-gl";
import { answer, placeOf } from "../state/answer.ts";
import { effectOf } from "./lifetime.ts";

export function pin(map: MapLibre): void {
  const element = document.createElement("div");
  element.className = "pin";
  // The panel says in words what the pin shows.
  element.setAttribute("aria-hidden", "true");
  const marker = new Marker({ element, anchor: "bottom" });
  effectOf(map, () => {
    const at = placeOf(answer.value);
    if (at) marker.setLngLat(at).addTo(map);
    else marker.remove();
  });
}
