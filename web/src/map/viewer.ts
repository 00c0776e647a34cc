// The viewer's map: a click, a tap or Enter asks about a place.
import type { LngLat } from "maplibre-gl";
import type { TileJson } from "../api/types.ts";
import { around } from "../lib/boxes.ts";
import { type Place, place } from "../lib/place.ts";
import { ask, forget } from "../state/answer.ts";
import { desk, pointing } from "../state/desk.ts";
import { openNew } from "../state/reports/page.ts";
import { followWishes } from "./camera.ts";
import { Controls } from "./controls.ts";
import { createMap } from "./create.ts";
import { highlight } from "./highlight.ts";
import { pin } from "./pin.ts";
import { shownMap } from "./shown.ts";
import { showTiers } from "./tiers.ts";

/** Where the map was when it made way for the next edition's. */
let left: { center: Place; zoom: number } | undefined;

/** Puts the map into `container`; the result takes it away again. */
export function mountViewer(container: HTMLElement, tiles: TileJson): () => void {
  const view = left && within(left.center, tiles) ? left : undefined;
  const map = createMap(container, tiles, { view, padding: around(container.clientWidth, container.clientHeight) });
  map.addControl(new Controls(), "bottom-right");
  highlight(map, tiles);
  showTiers(map, tiles);
  pin(map);
  followWishes(map, tiles);
  const askAbout = ({ lng, lat }: LngLat): void => {
    // An open panel lies where the answer would.
    if (desk.peek() === null || pointing.peek()) void ask({ place: place(lng, lat) });
  };
  map.on("click", ({ lngLat }) => askAbout(lngLat));
  map.on("contextmenu", ({ lngLat }) => {
    if (desk.peek() !== "editions") openNew(place(lngLat.lng, lngLat.lat));
  });
  map.once("style.load", () => {
    shownMap.value = map;
  });
  map.getCanvas().style.cursor = "pointer";
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      askAbout(map.getCenter());
    } else if (event.key === "Escape") {
      forget();
    }
  });
  return () => {
    const { lng, lat } = map.getCenter();
    left = { center: place(lng, lat), zoom: map.getZoom() };
    shownMap.value = null;
    map.remove();
  };
}

/** The next edition may be of another town. */
function within({ lon, lat }: Place, { bounds }: TileJson): boolean {
  return bounds !== undefined && lon >= bounds[0] && lat >= bounds[1] && lon <= bounds[2] && lat <= bounds[3];
}
