// Moves the map as the panels wish, and away from under them.
import type { Map as MapLibre } from "maplibre-gl";
import type { TileJson } from "../api/types.ts";
import type { Place } from "../lib/place.ts";
import { answer, placeOf } from "../state/answer.ts";
import { type Insets, insets, type Wish, wish, zoom } from "../state/camera.ts";
import { closeZoom } from "../state/tileset.ts";
import { effectOf } from "./lifetime.ts";

/** Pixels kept free around what the map is asked to show. */
const MARGIN = 40;

export function followWishes(map: MapLibre, tiles: TileJson): void {
  const toldZoom = (): void => {
    zoom.value = map.getZoom();
  };
  toldZoom();
  map.on("zoomend", toldZoom);
  let first = true;
  // The box that was asked for last, until something else moves the map, and what was covered when the map went there.
  let held: { readonly box: Wish & { to: "box" }; readonly covered: Insets } | null = null;
  map.on("movestart", (event) => {
    if (!("wished" in event)) held = null;
  });
  effectOf(map, () => {
    const next = wish.value;
    if (next) {
      go(map, tiles, next, first);
      held = next.to === "box" ? { box: next, covered: insets.peek() } : null;
      wish.value = null;
    }
    first = false;
  });
  effectOf(map, () => {
    const at = placeOf(answer.value);
    const covered = insets.value;
    // A panel grows as what it shows comes in, mostly after the map has set out.
    if (held && coversMore(covered, held.covered)) {
      held = { ...held, covered };
      go(map, tiles, held.box, false);
    } else if (at && !map.isMoving()) uncover(map, at, covered);
  });
}

function coversMore(now: Insets, before: Insets): boolean {
  return now.top > before.top || now.left > before.left || now.bottom > before.bottom;
}

/** Marks the moves that a panel asked for among all others. */
const WISHED = { wished: true };

function go(map: MapLibre, tiles: TileJson, wish: Wish, atOnce: boolean): void {
  const { top, left, bottom } = insets.peek();
  const padding = { top: top + MARGIN, left: left + MARGIN, right: MARGIN, bottom: bottom + MARGIN };
  const duration = atOnce ? 0 : 900;
  switch (wish.to) {
    case "all":
      if (tiles.bounds) map.fitBounds(tiles.bounds, { padding, duration }, WISHED);
      break;
    case "box":
      map.fitBounds([...wish.box], { padding, duration, maxZoom: closeZoom(tiles) + 1 }, WISHED);
      break;
    case "place": {
      const close = wish.zoom ?? Math.max(map.getZoom(), closeZoom(tiles));
      map.easeTo({ center: wish.place, zoom: close, duration }, WISHED);
    }
  }
}

/** Brings a place into the free part of the map, if a panel lies over it. */
function uncover(map: MapLibre, place: Place, covered: Insets): void {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const { x, y } = map.project(place);
  const within = (at: number, low: number, high: number): number =>
    low > high ? (low + high) / 2 : Math.min(Math.max(at, low), high);
  const dx = x - within(x, covered.left + MARGIN, width - MARGIN);
  const dy = y - within(y, covered.top + MARGIN, height - covered.bottom - MARGIN);
  if (dx !== 0 || dy !== 0) map.panBy([dx, dy], { duration: 300 });
}
