// A MapLibre map over the service's own style: what the viewer's map and the phone's small map have in common.
import { effect } from "@preact/signals";
import { Map as MapLibre, type PaddingOptions, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "../styles/map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { TileJson } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import type { Place } from "../lib/place.ts";

setWorkerUrl(workerUrl);

export interface Opening {
  readonly view?: { readonly center: Place; readonly zoom: number } | undefined;
  /** Pixels to leave free around the whole. */
  readonly padding?: number | PaddingOptions;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

const styleUrl = (): string => `/style.json?theme=${dark.matches ? "dark" : "light"}`;

/** The service may stand behind a proxy and know itself by another name: only the path of its addresses counts. */
function ownHost(url: string): { url: string } {
  const { pathname, search } = new URL(url, location.href);
  // The tile template keeps its braces, which URL escapes.
  const path = pathname.replaceAll("%7B", "{").replaceAll("%7D", "}");
  return { url: location.origin + path + search };
}

export function webglWorks(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** Opens on the whole of the tiles, or on `view`. */
export function createMap(container: HTMLElement, tiles: TileJson, { view, padding = 16 }: Opening = {}): MapLibre {
  const map = new MapLibre({
    container,
    style: styleUrl(),
    transformRequest: ownHost,
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
  dark.addEventListener("change", () => map.setStyle(styleUrl(), { diff: false }));
  effect(() => map.getCanvas().setAttribute("aria-label", words.value.map.label));
  return map;
}
