// Parts of sentences that several pages of the panel say of a report.
import type { AssignmentDetail, Level, ReportDetail } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { gridAt } from "../holder.ts";

const MINUTE_MS = 60_000;

/** The name of the grid that had it at a level; null for the town. */
export function holderName(assignment: AssignmentDetail, level: Level): string | null {
  return gridAt(assignment, level)?.name ?? null;
}

/** Where it is: the village and the smallest grid there. */
export function placeName({ grids }: AssignmentDetail): string {
  const [largest, smallest] = [grids[0]?.name, grids.at(-1)?.name];
  if (!largest || !smallest) return reportWords.value.list.unplaced;
  return largest === smallest ? largest : `${largest} · ${smallest}`;
}

export function agoText(time: string, now = Date.now()): string {
  return reportWords.value.ago(Math.max(0, Math.floor((now - Date.parse(time)) / MINUTE_MS)));
}

/** The levels above or below the one that has it, where there is a grid of theirs. */
export function levelsFrom(report: ReportDetail, way: "up" | "down"): Level[] {
  const all: Level[] = ["tier3", "tier2", "tier1", "town"];
  const here = all.indexOf(report.level);
  const there = (level: Level): boolean => level === "town" || holderName(report.assignment, level) !== null;
  return (way === "up" ? all.slice(here + 1) : all.slice(0, here).reverse()).filter(there);
}
