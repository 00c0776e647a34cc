// The maps of the panel of the editions: one of an edition with its problems, or two, one over the other, of a comparison.
import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre, PaddingOptions } from "maplibre-gl";
import { problemIn, tileset } from "../../api/client.ts";
import type { TileJson } from "../../api/types.ts";
import { type Box, type Place, place } from "../../lib/place.ts";
import { insets } from "../../state/camera.ts";
import { edition } from "../../state/editions/list.ts";
import { keyNow } from "../../state/editions/session.ts";
import { flight, type Stage, stage, undrawn } from "../../state/editions/stage.ts";
import { Controls } from "../controls.ts";
import { createMap } from "../create.ts";
import { effectOf } from "../lifetime.ts";
import { showTiers } from "../tiers.ts";
import { showChanges } from "./changes.ts";
import { showProblems } from "./problems.ts";

/** Pixels kept free around what the map is asked to show. */
const MARGIN = 48;
/** Closer than this a place says nothing about where it is. */
const CLOSEST_ZOOM = 17;

type View = { readonly center: Place; readonly zoom: number };
type Shown = { remove(): View | undefined };

/** Shows what the state says in `container`, whatever it is next; the result takes everything away. */
export function mountStage(container: HTMLElement): () => void {
  let shown: Shown | null = null;
  let view: View | undefined;
  const stop = effect(() => {
    const next = stage.value;
    untracked(() => {
      view = shown?.remove() ?? view;
      shown = next.shows === "map" ? null : show(container, next, view);
    });
  });
  return () => {
    stop();
    shown?.remove();
  };
}

function show(container: HTMLElement, what: Exclude<Stage, { shows: "map" }>, view: View | undefined): Shown {
  const names = what.shows === "edition" ? [what.name] : [what.before, what.after];
  let maps: MapLibre[] = [];
  let gone = false;
  undrawn.value = null;
  void Promise.all(names.map(described)).then((described) => {
    if (gone) return;
    maps = described.map((tiles, at) => {
      const element = document.createElement("div");
      element.className = at === 0 ? "stage-map" : "stage-map after";
      container.append(element);
      return mapOf(element, names[at] ?? "", tiles, view);
    });
    const [first, second] = maps;
    const last = maps.at(-1);
    if (!first || !last) return;
    if (second) together(first, second);
    last.addControl(new Controls(() => showWhole(first, names)), "bottom-right");
    for (const map of maps) what.shows === "edition" ? showProblems(map) : showChanges(map);
    followFlights(first);
  });
  return {
    remove() {
      gone = true;
      const [first] = maps;
      const view = first && { center: place(first.getCenter().lng, first.getCenter().lat), zoom: first.getZoom() };
      for (const map of maps) map.remove();
      container.replaceChildren();
      return view;
    },
  };
}

/** Null for an edition that cannot be drawn. */
async function described(name: string): Promise<TileJson | null> {
  try {
    return await tileset(name, keyNow());
  } catch (error) {
    undrawn.value = { problem: problemIn(error) };
    return null;
  }
}

function mapOf(element: HTMLElement, name: string, tiles: TileJson | null, view: View | undefined): MapLibre {
  const bounds = tiles?.bounds ?? boundsOf(name);
  const near = view && bounds && within(view.center, bounds) ? view : undefined;
  const opening = { view: near, padding: free(), edition: name, key: keyNow(), blank: tiles === null };
  const map = createMap(element, bounds ? { bounds } : {}, opening);
  if (tiles) showTiers(map, tiles);
  return map;
}

type Bounds = [west: number, south: number, east: number, north: number];

function boundsOf(name: string): Bounds | undefined {
  const [west, south, east, north] = edition(name)?.bounds ?? [];
  if (west === undefined || south === undefined || east === undefined || north === undefined) return undefined;
  return [west, south, east, north];
}

function within({ lon, lat }: Place, [west, south, east, north]: Bounds): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

function free(): PaddingOptions {
  const { top, left, bottom } = insets.peek();
  return { top: top + MARGIN, left: left + MARGIN, right: MARGIN, bottom: bottom + MARGIN };
}

function showWhole(map: MapLibre, names: readonly string[]): void {
  const bounds = names.map(boundsOf).find((one) => one !== undefined);
  if (bounds) map.fitBounds(bounds, { padding: free() });
}

/** Two maps that always look at the same place. */
function together(a: MapLibre, b: MapLibre): void {
  let following = false;
  const follow = (led: MapLibre, leader: MapLibre): void => {
    leader.on("move", () => {
      if (following) return;
      following = true;
      led.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() });
      following = false;
    });
  };
  follow(a, b);
  follow(b, a);
  b.jumpTo({ center: a.getCenter(), zoom: a.getZoom() });
}

/** As much again on each side: a place is known by what lies around it. */
function withSurroundings([west, south, east, north]: Box): Bounds {
  const [dx, dy] = [east - west, north - south];
  return [west - dx, Math.max(south - dy, -85), east + dx, Math.min(north + dy, 85)];
}

function followFlights(map: MapLibre): void {
  effectOf(map, () => {
    const box = flight.value;
    if (!box) return;
    flight.value = null;
    map.fitBounds(withSurroundings(box), { padding: free(), maxZoom: CLOSEST_ZOOM, duration: 700 });
  });
}
