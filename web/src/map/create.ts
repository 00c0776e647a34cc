// A MapLibre map over the service's own style: what the viewer's map and the phone's small map have in common.
import {
  Map as MapLibre,
  type PaddingOptions,
  type RequestParameters,
  type StyleSpecification,
  setWorkerUrl,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "../styles/map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { TileJson } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import type { Place } from "../lib/place.ts";
import { cssColor } from "./css.ts";
import { effectOf } from "./lifetime.ts";

setWorkerUrl(workerUrl);

export interface Opening {
  readonly view?: { readonly center: Place; readonly zoom: number } | undefined;
  /** Pixels to leave free around the whole. */
  readonly padding?: number | PaddingOptions;
  /** A named edition in place of the one in force. */
  readonly edition?: string;
  /** An administrator's, for an edition that is a draft. */
  readonly key?: string | null;
  /** Nothing but the paper, for an edition that cannot be drawn. */
  readonly blank?: boolean;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function styleOf({ edition, blank }: Opening): string | StyleSpecification {
  if (blank) {
    const paper = { "background-color": cssColor("--paper") };
    return { version: 8, sources: {}, layers: [{ id: "background", type: "background", paint: paper }] };
  }
  const query = new URLSearchParams({ theme: dark.matches ? "dark" : "light" });
  if (edition !== undefined) query.set("edition", edition);
  return `/style.json?${query}`;
}

/** The service may stand behind a proxy and know itself by another name: only the path of its addresses counts. */
function ownHost(url: string, key: string | null): RequestParameters {
  const { pathname, search } = new URL(url, location.href);
  // The tile template keeps its braces, which URL escapes.
  const path = pathname.replaceAll("%7B", "{").replaceAll("%7D", "}");
  return { url: location.origin + path + search, ...(key !== null && { headers: { authorization: `Bearer ${key}` } }) };
}

export function webglWorks(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** Opens on the whole of the tiles, or on `view`. */
export function createMap(container: HTMLElement, tiles: Pick<TileJson, "bounds">, opening: Opening = {}): MapLibre {
  const { view, padding = 16, key = null } = opening;
  const map = new MapLibre({
    container,
    style: styleOf(opening),
    transformRequest: (url) => ownHost(url, key),
    attributionControl: { compact: true },
    maxZoom: 20,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // The boundaries of towns, not the whole world again and again.
    renderWorldCopies: false,
    ...(view ?? (tiles.bounds && { bounds: tiles.bounds, fitBoundsOptions: { padding } })),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const recolour = (): void => void map.setStyle(styleOf(opening), { diff: false });
  dark.addEventListener("change", recolour);
  map.once("remove", () => dark.removeEventListener("change", recolour));
  effectOf(map, () => map.getCanvas().setAttribute("aria-label", words.value.map.label));
  return map;
}
