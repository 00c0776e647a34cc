// The counts of the period, all of one moment, and what the map and the tables make of them.
import { computed, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { stats, statsTable, type TableForm } from "../../api/stats.ts";
import type { Problem, Stats, StatsRow, Tier } from "../../api/types.ts";
import { type Class, classesOf, classOf, shadeOf } from "../../lib/classes.ts";
import { heed, keyNow } from "../reports/session.ts";
import { type Measure, measure, type Period, period, queryOf, tier } from "./period.ts";

export type Counts =
  | { readonly state: "none" }
  /** `of` is the period and the tier that they are of, which another may be asked for meanwhile. */
  | { readonly state: "ready"; readonly stats: Stats; readonly of: Period; readonly tier: Tier }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const counts = signal<Counts>({ state: "none" });
export const loading = signal(false);

/** The grid that is pointed at, on the map or in the table. */
export const chosen = signal<string | null>(null);

let running: AbortController | null = null;

/** Asks for the period and the tier as they are now; what was asked before is given up. */
export async function load(): Promise<void> {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const [of, at] = [period.peek(), tier.peek()];
  loading.value = true;
  try {
    const found = await stats(queryOf(of, at), keyNow(), mine.signal);
    if (running === mine) counts.value = { state: "ready", stats: found, of, tier: at };
  } catch (error) {
    if (running !== mine) return;
    heed(error);
    counts.value = { state: "failed", problem: problemIn(error) };
  } finally {
    if (running === mine) loading.value = false;
  }
}

export function forget(): void {
  running?.abort();
  running = null;
  loading.value = false;
  counts.value = { state: "none" };
  chosen.value = null;
}

/** The same counts as a file. */
export function table(form: TableForm): Promise<Blob> {
  return statsTable(queryOf(period.peek(), tier.peek()), form, keyNow());
}

export function rowsBy(stats: Stats, by: StatsRow["by"]): StatsRow[] {
  return stats.rows.filter((row) => row.by === by);
}

export function valueIn(row: StatsRow, measure: Measure): number | null {
  switch (measure) {
    case "reports":
      return row.reports;
    case "rate":
      return row.completion_rate ?? null;
    case "hours":
      return row.median_hours_to_settle ?? null;
    case "overdue":
      return row.overdue;
  }
}

/** Steps of shade in the style sheet, `--shade-1` to `--shade-5`. */
export const SHADES = 5;

export interface Shading {
  readonly tier: Tier;
  readonly classes: readonly { readonly low: number; readonly high: number; readonly shade: number }[];
  /** By the grid's code, from 1 to SHADES. */
  readonly shades: ReadonlyMap<string, number>;
}

/** How the grids are shaded; null while nothing is counted. */
export const shading = computed<Shading | null>(() => {
  const now = counts.value;
  if (now.state !== "ready") return null;
  return shadingOf(rowsBy(now.stats, `tier${now.tier}`), now.tier, measure.value);
});

export function shadingOf(rows: readonly StatsRow[], tier: Tier, measure: Measure): Shading {
  const values = rows.flatMap((row): [string, number][] => {
    const value = valueIn(row, measure);
    return row.about && value !== null ? [[row.about, value]] : [];
  });
  const numbers = values.map(([, value]) => value);
  const classes: Class[] = classesOf(numbers, SHADES);
  const shade = (at: number): number => shadeOf(at, classes.length, SHADES) + 1;
  return {
    tier,
    classes: classes.map((one, at) => ({ ...one, shade: shade(at) })),
    shades: new Map(values.map(([code, value]) => [code, shade(classOf(classes, value))])),
  };
}
