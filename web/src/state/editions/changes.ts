// The changes between two editions as one list: one entry for each grid and each thing that becomes of it.
import type { Comparison, Tier } from "../../api/types.ts";
import { boxAround } from "../../lib/boxes.ts";
import type { Box } from "../../lib/place.ts";

export const KINDS = ["added", "removed", "recoded", "renamed", "reparented", "moved"] as const;
export type ChangeKind = (typeof KINDS)[number];

/** A grid that has a part of another's land. */
export interface Part {
  readonly name: string;
  /** Of 1. */
  readonly share: number;
}

export interface Change {
  readonly kind: ChangeKind;
  readonly tier: Tier;
  /** The grid's, in the later edition where it is there. */
  readonly name: string;
  /** Under which the strips know it: the old code and the new one where they differ. */
  readonly codes: readonly string[];
  /** What was and what is, where it is a name, a code or a parent. */
  readonly was?: string;
  readonly is?: string;
  /** Other grids that its land came from or went to, the largest part first; those that have hardly any of it are left out. */
  readonly others?: readonly Part[];
  /** The share of its land that was no other grid's, or is none's now. */
  readonly nobodys?: number;
  readonly gainedM2?: number;
  readonly lostM2?: number;
  readonly areaM2?: number;
  /** Of the old area, 0 to 1, gained and lost together. */
  readonly share?: number;
  /** Where the grid lies. */
  readonly box: Box | null;
}

const M2_PER_KM2 = 1e6;

type Lists = Pick<Comparison, Exclude<ChangeKind, "moved">> & {
  moved: Omit<Comparison["moved"][number], `${string}_area_km2`>[];
};

export function changesOf(comparison: Lists): Change[] {
  const { added, removed, recoded, renamed, reparented, moved } = comparison;
  const base = ({ tier, name, code, bbox }: { tier: number; name: string; code: string; bbox?: number[] | null }) => ({
    tier: tier as Tier,
    name,
    codes: [code],
    box: boxOf(bbox),
  });
  return [
    ...added.map((grid): Change => {
      return { kind: "added", ...base(grid), areaM2: grid.area_km2 * M2_PER_KM2, ...partsOf(grid.out_of) };
    }),
    ...removed.map((grid): Change => {
      return { kind: "removed", ...base(grid), areaM2: grid.area_km2 * M2_PER_KM2, ...partsOf(grid.into) };
    }),
    ...recoded.map((grid): Change => {
      const { from, to } = grid;
      return { kind: "recoded", ...base({ ...grid, code: to }), codes: [from, to] };
    }),
    ...renamed.map((grid): Change => {
      const { from, to } = grid;
      return { kind: "renamed", ...base({ ...grid, name: to }), was: from, is: to };
    }),
    ...reparented.map((grid): Change => {
      return { kind: "reparented", ...base(grid), was: grid.from ?? "", is: grid.to ?? "" };
    }),
    ...moved.map((grid): Change => {
      const gainedM2 = grid.gained_km2 * M2_PER_KM2;
      const lostM2 = grid.lost_km2 * M2_PER_KM2;
      return { kind: "moved", ...base(grid), gainedM2, lostM2, share: (grid.gained_percent + grid.lost_percent) / 100 };
    }),
  ];
}

/** Below this share of a grid, what lies in another one is as a rule no part of it but two drawings of one border. */
const SMALL_SHARE = 0.01;
const SMALL_M2 = 100;
/** Of many small parts. */
const MOST_PARTS = 5;

function partsOf(shares: readonly (Part & { code: string })[]): Pick<Change, "others" | "nobodys"> {
  const parts = shares.map(({ code, name, share }) => ({ name: name || code, share }));
  const large = parts.filter(({ share }) => share >= SMALL_SHARE);
  const nobodys = 1 - parts.reduce((sum, { share }) => sum + share, 0);
  if (nobodys >= SMALL_SHARE) return { others: large, nobodys };
  return { others: large.length > 0 ? large : parts.slice(0, MOST_PARTS) };
}

/** Land gained and lost together. */
const changedM2 = ({ gainedM2 = 0, lostM2 = 0 }: Change): number => gainedM2 + lostM2;

/** Whether so little moves that it is hardly meant: two drawings of one border differ by as much. */
export function isSmall(change: Change): boolean {
  return change.kind === "moved" && (change.share ?? 0) < SMALL_SHARE && changedM2(change) < SMALL_M2;
}

/** Those first that change most land. */
export function byChangedArea(changes: readonly Change[]): Change[] {
  return changes.toSorted((one, other) => changedM2(other) - changedM2(one));
}

export function boxOf(bbox: number[] | null | undefined): Box | null {
  return bbox ? boxAround([bbox.slice(0, 2), bbox.slice(2)]) : null;
}
