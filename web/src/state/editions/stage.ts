// What the map shows for the panel of the editions: an edition, or two with a divider between them.
import { signal } from "@preact/signals";
import type { Problem } from "../../api/types.ts";
import type { Box } from "../../lib/place.ts";

export type Stage =
  /** The map of everybody, of the edition in force. */
  | { readonly shows: "map" }
  | { readonly shows: "edition"; readonly name: string }
  | { readonly shows: "comparison"; readonly before: string; readonly after: string };

export const stage = signal<Stage>({ shows: "map" });

/** Why an edition cannot be drawn, such as a draft whose errors leave no map; its problems are shown all the same. */
export const undrawn = signal<{ readonly problem: Problem | null } | null>(null);

/** Where the divider of a comparison stands, as a share of the width. */
export const divider = signal(0.5);

/** Where the map is to fly next; null once it is on its way. */
export const flight = signal<Box | null>(null);

export function showEdition(name: string): void {
  const now = stage.peek();
  if (now.shows !== "edition" || now.name !== name) stage.value = { shows: "edition", name };
}

export function showComparison(before: string, after: string): void {
  stage.value = { shows: "comparison", before, after };
}

export function showMap(): void {
  if (stage.peek().shows !== "map") stage.value = { shows: "map" };
}
