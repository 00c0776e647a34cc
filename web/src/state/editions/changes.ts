// The changes between two editions as one list: one entry for each grid and each thing that becomes of it.
import type { Comparison, Tier } from "../../api/types.ts";
import type { Box } from "../../lib/place.ts";

export const KINDS = ["added", "removed", "recoded", "renamed", "reparented", "moved"] as const;
export type ChangeKind = (typeof KINDS)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly tier: Tier;
  /** The grid's, in the later edition where it is there. */
  readonly name: string;
  /** Under which the strips know it: the old code, the new one, or both. */
  readonly codes: readonly string[];
  /** What was and what is, where it is a name, a code or a parent. */
  readonly was?: string;
  readonly is?: string;
  /** Other grids that its land came from or went to, the largest part first. */
  readonly others?: readonly string[];
  readonly gainedM2?: number;
  readonly lostM2?: number;
  readonly areaM2?: number;
  /** Part of the grid that changed hands, 0 to 1. */
  readonly share?: number;
  /** Where the grid lies, for those without a strip. */
  readonly box?: Box;
}

export function changesOf(_comparison: Comparison): Change[] {
  return [];
}
