// Where the map should look. Panels ask for it here; the map does it.
import { signal } from "@preact/signals";
import type { Box, Place } from "../lib/place.ts";

export type Wish =
  | { readonly to: "all" }
  | { readonly to: "place"; readonly place: Place; readonly zoom: number | null }
  | {
      readonly to: "box";
      readonly box: Box;
    };

export interface Insets {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
}

/** The latest wish; null once the map has taken it. */
export const wish = signal<Wish | null>(null);

/** The zoom of the map, for the shareable link; null before there is a map. */
export const zoom = signal<number | null>(null);

/** Pixels of the map that panels cover at its edges. */
export const insets = signal<Insets>({ top: 0, left: 0, bottom: 0 });
