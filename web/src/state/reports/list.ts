// The reports that match the filter, the latest first, as the list and the map show them.
import { batch, computed, effect, signal } from "@preact/signals";
import { report as fetchReport, reports as fetchReports } from "../../api/reports.ts";
import type { Problem, ReportDetail } from "../../api/types.ts";
import { type Filter, filter, isVoid, matches, queryOf } from "./filter.ts";
import { heed, keyNow, session } from "./session.ts";

export type List =
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | {
      readonly state: "loaded";
      readonly reports: readonly ReportDetail[];
      /** Where the service goes on, if there are more. */
      readonly next: string | null;
    }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const list = signal<List>({ state: "none" });

/** The one under the pointer or the keyboard, and which side it was pointed at on. */
export const lit = signal<{ readonly id: string; readonly on: "map" | "list" } | null>(null);

/** Those that came in while somebody was looking. */
export const fresh = signal<ReadonlySet<string>>(new Set());

/** The latest of them, for those who listen. */
export const newcomer = signal<ReportDetail | null>(null);

export const loaded = computed<readonly ReportDetail[]>(() => {
  const now = list.value;
  return now.state === "loaded" ? now.reports : [];
});

/** The first page is soon there; the others are as large as the service gives them. */
const FIRST = 100;
const FURTHER = 500;
/** As many are fetched for the map unasked. */
const MOST_ON_MAP = 2000;
/** Long enough that a typed word asks once. */
const PAUSE_MS = 250;
/** More changes than this at once are looked up by asking for the whole list again. */
const MOST_SINGLE = 20;

let running: AbortController | null = null;

effect(() => {
  const now = filter.value;
  if (session.value.state !== "in") {
    running?.abort();
    batch(() => {
      list.value = { state: "none" };
      fresh.value = new Set();
      newcomer.value = null;
    });
    return;
  }
  const timer = setTimeout(() => void load(now), list.peek().state === "none" ? 0 : PAUSE_MS);
  return () => clearTimeout(timer);
});

/** Asks for everything anew; what is shown stays until the answer is there. */
export async function load(by: Filter = filter.peek()): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  if (isVoid(by)) {
    list.value = { state: "loaded", reports: [], next: null };
    return;
  }
  if (list.peek().state !== "loaded") list.value = { state: "loading" };
  try {
    const first = await fetchReports(paged(by, FIRST, null), keyNow(), controller.signal);
    if (controller.signal.aborted) return;
    list.value = { state: "loaded", reports: first.reports, next: first.next ?? null };
    while (loaded.peek().length < MOST_ON_MAP && (await more(controller))) {
      // Until the map has enough.
    }
  } catch (error) {
    if (controller.signal.aborted) return;
    list.value = { state: "failed", problem: heed(error) };
  }
}

/** Fetches the next page; whether there was one. */
export async function more(controller = running): Promise<boolean> {
  const now = list.peek();
  if (now.state !== "loaded" || now.next === null || !controller || controller.signal.aborted) return false;
  const page = await fetchReports(paged(filter.peek(), FURTHER, now.next), keyNow(), controller.signal);
  if (controller.signal.aborted) return false;
  const known = new Set(loaded.peek().map(({ id }) => id));
  const added = page.reports.filter(({ id }) => !known.has(id));
  list.value = { state: "loaded", reports: [...loaded.peek(), ...added], next: page.next ?? null };
  return true;
}

function paged(by: Filter, limit: number, cursor: string | null): URLSearchParams {
  const query = queryOf(by);
  query.set("limit", String(limit));
  if (cursor !== null) query.set("cursor", cursor);
  return query;
}

/** Looks for what is new or changed without being told: the latest page, and those of it that do not match any more. */
export async function look(): Promise<void> {
  const by = filter.peek();
  if (list.peek().state !== "loaded" || isVoid(by)) return;
  const { reports } = await fetchReports(paged(by, FIRST, null), keyNow());
  if (list.peek().state !== "loaded" || filter.peek() !== by) return;
  const seen = new Set(reports.map(({ id }) => id));
  const last = reports.at(-1);
  const since = last && reports.length === FIRST ? Date.parse(last.created_at) : 0;
  const gone = loaded.peek().filter(({ id, created_at }) => !seen.has(id) && Date.parse(created_at) >= since);
  fold(reports, new Set(gone.map(({ id }) => id)));
}

/** Fetches those that a step was told of. */
export async function refresh(ids: ReadonlySet<string>): Promise<void> {
  if (list.peek().state !== "loaded") return;
  if (ids.size > MOST_SINGLE) return load();
  const gone = new Set<string>();
  const found = await Promise.all(
    [...ids].map(async (id) => {
      try {
        return await fetchReport(id, keyNow());
      } catch (error) {
        // Nobody here's any more.
        if (heed(error)?.status === 404) gone.add(id);
        return null;
      }
    }),
  );
  fold(
    found.filter((report) => report !== null),
    gone,
  );
}

/** Puts reports as they stand now into the list, each in its place or out of it. */
export function fold(changed: readonly ReportDetail[], gone: ReadonlySet<string> = new Set()): void {
  const now = list.peek();
  if (now.state !== "loaded") return;
  const by = filter.peek();
  const all = new Map(now.reports.map((report) => [report.id, report]));
  const newest = Date.parse(now.reports[0]?.created_at ?? "") || 0;
  const arrived: ReportDetail[] = [];
  for (const id of gone) all.delete(id);
  for (const report of changed) {
    const known = all.get(report.id);
    if (known && known.version > report.version) continue;
    if (!matches(by, report)) all.delete(report.id);
    else {
      if (!known && report.version === 1 && Date.parse(report.created_at) >= newest) arrived.push(report);
      all.set(report.id, report);
    }
  }
  const reports = [...all.values()].sort((a, b) => order(b, a));
  batch(() => {
    list.value = { ...now, reports };
    if (arrived.length > 0) {
      fresh.value = new Set([...fresh.peek(), ...arrived.map(({ id }) => id)]);
      newcomer.value = arrived.sort((a, b) => order(b, a))[0] ?? null;
    }
  });
}

/** As the service orders them: by the moment, then by the id. */
function order(a: ReportDetail, b: ReportDetail): number {
  return Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : 1);
}
