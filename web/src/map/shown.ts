// The viewer's map once its style is there, for those who draw on it later.
import { signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

export const shownMap = signal<MapLibre | null>(null);
