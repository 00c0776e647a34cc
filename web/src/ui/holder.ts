// Who has a report now: the level, its grid, and who is called there, which belong together.
import type { Level, ReportDetail, ReportHolder } from "../api/types.ts";

/** Levels that have a grid, by the grid's tier. */
const TIERS: Partial<Record<Level, number>> = { tier1: 1, tier2: 2, tier3: 3 };

/** The grid of a level at the report's place; null for the town. */
export function gridAt(
  { grids }: Pick<ReportDetail["assignment"], "grids">,
  level: Level,
): NonNullable<ReportHolder["grid"]> | null {
  return grids.find(({ tier }) => tier === TIERS[level]) ?? null;
}

/**
 * As the service says it. An answer without it, such as of an earlier visit, knows whom the decision called: they have the report
 * for as long as it lies where the decision put it.
 */
export function holderOf({ holder, level, assignment }: ReportDetail): ReportHolder {
  if (holder) return holder;
  const decided = level === assignment.level;
  return {
    level,
    grid: gridAt(assignment, level),
    party_group: decided && level === "tier3" ? (assignment.party_group ?? null) : null,
    leader: decided ? (assignment.leader ?? null) : null,
  };
}
