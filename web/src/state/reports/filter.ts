// Which reports the list and the map show, and the same question for the service.
import { signal } from "@preact/signals";
import type { Level, ReportDetail, ReportStatus } from "../../api/types.ts";
import { LEVELS, STATUSES } from "../../api/types.ts";

export interface Filter {
  readonly statuses: ReadonlySet<ReportStatus>;
  readonly levels: ReadonlySet<Level>;
  /** Empty for all. */
  readonly category: string;
  readonly grid: { readonly code: string; readonly name: string } | null;
  readonly overdue: boolean;
  /** Days of the reader's calendar, such as `2026-11-25`, both of them in it; empty for no bound. */
  readonly since: string;
  readonly until: string;
  readonly text: string;
}

/** What waits for somebody. */
const WAITING: readonly ReportStatus[] = ["reported", "accepted", "resolved"];

export const START: Filter = {
  statuses: new Set(WAITING),
  levels: new Set(LEVELS),
  category: "",
  grid: null,
  overdue: false,
  since: "",
  until: "",
  text: "",
};

export const filter = signal<Filter>(START);

export function change(part: Partial<Filter>): void {
  filter.value = { ...filter.peek(), ...part };
}

/** How many of the filters behind the button differ from the start. */
export function narrowed({ levels, category, grid, overdue, since, until }: Filter): number {
  return [levels.size < LEVELS.length, category, grid, overdue, since, until].filter(Boolean).length;
}

/** Whether nothing can match, which the service has no question for. */
export function isVoid({ statuses, levels }: Filter): boolean {
  return statuses.size === 0 || levels.size === 0;
}

export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value) query.set(name, value);
  };
  if (filter.statuses.size < STATUSES.length) set("status", [...filter.statuses].join(","));
  if (filter.levels.size < LEVELS.length) set("level", [...filter.levels].join(","));
  set("category", filter.category);
  set("grid", filter.grid?.code);
  if (filter.overdue) set("overdue", "true");
  set("since", startOf(filter.since)?.toISOString());
  set("until", endOf(filter.until)?.toISOString());
  set("q", filter.text.trim());
  return query;
}

/** The same in the browser, for reports that come in meanwhile. */
export function matches(filter: Filter, report: ReportDetail): boolean {
  const since = startOf(filter.since);
  const until = endOf(filter.until);
  const created = Date.parse(report.created_at);
  const text = filter.text.trim().toLowerCase();
  const { grid } = filter;
  return (
    filter.statuses.has(report.status) &&
    filter.levels.has(report.level) &&
    (filter.category === "" || report.category === filter.category) &&
    (grid === null || report.assignment.grids.some(({ code }) => code === grid.code)) &&
    (!filter.overdue || Boolean(report.overdue_since)) &&
    (!since || created >= since.getTime()) &&
    (!until || created < until.getTime()) &&
    (text === "" || report.id.includes(text) || report.description.toLowerCase().includes(text))
  );
}

function startOf(day: string): Date | null {
  const date = new Date(`${day}T00:00:00`);
  return day === "" || Number.isNaN(date.getTime()) ? null : date;
}

function endOf(day: string): Date | null {
  const date = startOf(day);
  date?.setDate(date.getDate() + 1);
  return date;
}
