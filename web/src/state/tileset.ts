// What there is to draw: the tiles' own description, or that there is nothing yet.
import { signal } from "@preact/signals";
import { Failure, tileset as fetchTileset } from "../api/client.ts";
import { TIERS, type Tier, type TileJson } from "../api/types.ts";

export type Tileset =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly tiles: TileJson }
  | { readonly state: "empty" }
  | { readonly state: "failed" };

/** The service's word for a store without an edition in force. */
const NOTHING_PUBLISHED = "urn:gridward:problem:nothing-published";

export const tileset = signal<Tileset>({ state: "loading" });

/** Which tier is filled; null lets the zoom decide. */
export const shownTier = signal<Tier | null>(null);

export async function loadTileset(): Promise<void> {
  try {
    const tiles = await fetchTileset();
    tileset.value = tiles.bounds ? { state: "ready", tiles } : { state: "empty" };
  } catch (error) {
    const empty = error instanceof Failure && error.problem?.type === NOTHING_PUBLISHED;
    tileset.value = { state: empty ? "empty" : "failed" };
  }
}

/** The tiers that the tiles have, largest first. */
export function tiersOf(tiles: TileJson): Tier[] {
  return TIERS.filter((tier) => tiles.vector_layers.some((layer) => layer.id === `tier${tier}`));
}

/** The lowest zoom at which the tiles hold a tier. */
export function firstZoom(tiles: TileJson, tier: Tier): number {
  return tiles.vector_layers.find((layer) => layer.id === `tier${tier}`)?.minzoom ?? tiles.minzoom;
}

/** A zoom at which the smallest tier's grids are large enough to find one's own. */
export function closeZoom(tiles: TileJson): number {
  return firstZoom(tiles, tiersOf(tiles).at(-1) ?? 1) + 2.5;
}

/** The tier whose fill is seen at a zoom; the style hands over from one to two levels above the first zoom. */
export function tierAt(tiles: TileJson, zoom: number): Tier | undefined {
  const [largest, ...others] = tiersOf(tiles);
  return others.filter((tier) => zoom >= firstZoom(tiles, tier) + 1.5).at(-1) ?? largest;
}
