// The small map on the phone's page: a tap says where one is.
import type { TileJson } from "../api/types.ts";
import { type Place, place } from "../lib/place.ts";
import { answer, placeOf } from "../state/answer.ts";
import { closeZoom } from "../state/tileset.ts";
import { Controls } from "./controls.ts";
import { createMap } from "./create.ts";
import { pin } from "./pin.ts";

export { webglWorks } from "./create.ts";

/** Puts the map into `container`; the result takes it away again. */
export function mountPicker(container: HTMLElement, tiles: TileJson, onPick: (place: Place) => void): () => void {
  const near = placeOf(answer.peek());
  const map = createMap(container, tiles, { view: near && { center: near, zoom: closeZoom(tiles) + 1 } });
  map.addControl(new Controls(), "bottom-right");
  pin(map);
  map.on("click", ({ lngLat }) => onPick(place(lngLat.lng, lngLat.lat)));
  map.getCanvas().addEventListener("keydown", (event) => {
    const { lng, lat } = map.getCenter();
    if (event.key === "Enter") onPick(place(lng, lat));
  });
  return () => map.remove();
}
