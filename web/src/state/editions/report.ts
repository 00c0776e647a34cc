// The validation report of the edition that is looked at: what is listed, what is filtered away, what is chosen.
import { computed, signal } from "@preact/signals";
import { report as fetchReport } from "../../api/editions.ts";
import type { FoundProblem, Problem, Report } from "../../api/types.ts";
import { boxAround, joined } from "../../lib/boxes.ts";
import { groupedBy } from "../../lib/groups.ts";
import type { Box } from "../../lib/place.ts";
import { type Step, stepped } from "../../lib/steps.ts";
import { heed, keyNow } from "./session.ts";
import { flight } from "./stage.ts";

export type Reported =
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly report: Report }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const reported = signal<Reported>({ state: "none" });

export type Severity = FoundProblem["severity"];

/** Which severities the list and the map show. */
export const shownSeverities = signal<ReadonlySet<Severity>>(new Set(["error", "warning"]));

/** The place in the report of the problem that is looked at. */
export const chosen = signal<number | null>(null);

export interface Group {
  readonly code: string;
  readonly severity: Severity;
  /** Places in the report, the largest first. */
  readonly places: readonly number[];
  /** Square metres together; 0 where none has an area. */
  readonly areaM2: number;
}

/** By code, errors first, each as the report has it. */
export const groups = computed<Group[]>(() => {
  const now = reported.value;
  if (now.state !== "loaded") return [];
  const byCode = groupedBy(now.report.problems.keys(), (at) => now.report.problems[at]?.code ?? "");
  const size = (at: number): number => now.report.problems[at]?.measure?.area_m2 ?? 0;
  const found = [...byCode].map(([code, places]) => ({
    code,
    severity: now.report.problems[places[0] ?? 0]?.severity ?? "error",
    places: places.toSorted((a, b) => size(b) - size(a)),
    areaM2: places.reduce((sum, at) => sum + size(at), 0),
  }));
  return found.sort((a, b) => a.severity.localeCompare(b.severity) || b.places.length - a.places.length);
});

export const shownGroups = computed(() => groups.value.filter(({ severity }) => shownSeverities.value.has(severity)));

export const counts = computed(() => {
  const count = (severity: Severity): number =>
    groups.value.reduce((sum, group) => sum + (group.severity === severity ? group.places.length : 0), 0);
  return { error: count("error"), warning: count("warning") };
});

let running: AbortController | null = null;

export async function loadReport(name: string): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  chosen.value = null;
  shownSeverities.value = new Set(["error", "warning"]);
  reported.value = { state: "loading" };
  try {
    const report = await fetchReport(name, keyNow(), controller.signal);
    if (!controller.signal.aborted) reported.value = { state: "loaded", report };
  } catch (error) {
    if (!controller.signal.aborted) reported.value = { state: "failed", problem: heed(error) };
  }
}

export function forgetReport(): void {
  running?.abort();
  chosen.value = null;
  reported.value = { state: "none" };
}

/** Looks at a problem: marks it in the list and on the map, and flies there. */
export function choose(at: number): void {
  const now = reported.peek();
  const problem = now.state === "loaded" ? now.report.problems[at] : undefined;
  if (!problem) return;
  chosen.value = at;
  const box = boxOf(problem);
  if (box) flight.value = box;
}

/** Goes on in the order of the list. */
export function step(by: Step): void {
  const order = shownGroups.value.flatMap(({ places }) => places);
  const found = stepped(order, chosen.value === null ? -1 : order.indexOf(chosen.value), by);
  if (found !== undefined) choose(found);
}

/** The problem that Tab leads to: the chosen one, or the first. */
export const entrance = computed<number | undefined>(() => {
  const order = shownGroups.value.flatMap(({ places }) => places);
  return chosen.value !== null && order.includes(chosen.value) ? chosen.value : order[0];
});

export function toggle(severity: Severity): void {
  const shown = new Set(shownSeverities.value);
  if (!shown.delete(severity)) shown.add(severity);
  shownSeverities.value = shown;
}

function boxOf({ outline, place }: FoundProblem): Box | null {
  return joined([boxAround(outline ?? []), place ? boxAround(place) : null]);
}
