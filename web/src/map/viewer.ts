// The viewer's map: a click, a tap or Enter asks about a place.
import type { Map as MapLibre, PaddingOptions } from "maplibre-gl";
import type { TileJson } from "../api/types.ts";
import { place } from "../lib/place.ts";
import { ask, forget } from "../state/answer.ts";
import { followWishes } from "./camera.ts";
import { Controls } from "./controls.ts";
import { createMap } from "./create.ts";
import { highlight } from "./highlight.ts";
import { pin } from "./pin.ts";
import { showTiers } from "./tiers.ts";

export function mountViewer(container: HTMLElement, tiles: TileJson): MapLibre {
  const map = createMap(container, tiles, { padding: around(container.clientWidth) });
  map.addControl(new Controls(), "bottom-right");
  highlight(map, tiles);
  showTiers(map, tiles);
  pin(map);
  followWishes(map, tiles);
  map.on("click", ({ lngLat }) => void ask({ place: place(lngLat.lng, lngLat.lat) }));
  map.getCanvas().style.cursor = "pointer";
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const { lng, lat } = map.getCenter();
      void ask({ place: place(lng, lat) });
    } else if (event.key === "Escape") {
      forget();
    }
  });
  return map;
}

/** On a wide screen the whole lies beside the bar and the panel, on a narrow one below the bar. */
function around(width: number): PaddingOptions {
  return width > 900 ? { top: 24, right: 24, bottom: 24, left: 440 } : { top: 88, right: 16, bottom: 72, left: 16 };
}
