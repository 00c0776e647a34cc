// What the overview says in English.
import type { OverviewWords } from "./zh.ts";

const hours = (hours: number | null | undefined): string => {
  if (hours === null || hours === undefined) return "—";
  if (hours < 48) return `${Number(hours.toFixed(1))} h`;
  return `${Number((hours / 24).toFixed(1))} days`;
};

export const en: OverviewWords = {
  title: "Overview of the town",
  toMap: "Map of the grids",
  period: {
    label: "Period",
    presets: { all: "All", week: "Last 7 days", month: "This month", year: "This year" },
    since: "Reported from",
    until: "to",
    ofAll: "all times",
    between: (since, until) =>
      since && until ? `${since} to ${until}` : since ? `from ${since} on` : `until ${until}`,
    backwards: "The first day is after the last one.",
  },
  loading: "Counting…",
  counted: (reports) => `${reports} reports counted`,
  retry: "Try again",
  export: { label: "Export", csv: "Export CSV", xlsx: "Export Excel", failed: "The export failed" },
  count: (count) => count.toLocaleString("en"),
  hours,
  figures: {
    label: "Main figures",
    reports: "Reports",
    settled: "Settled",
    rate: "Completion rate",
    hours: "Time to settle (median)",
    open: "Open",
    overdue: "Overdue",
    unit: "",
  },
  levels: {
    title: "Settled by",
    column: "Level",
    settled: "Settled",
    share: "Share",
    names: {
      tier3: "Tier-3 grid (party group)",
      tier2: "Tier-2 grid",
      tier1: "Tier-1 grid (village)",
      town: "Town office",
    },
  },
  status: {
    title: "Where they stand",
    column: "State",
    reports: "Reports",
    names: {
      reported: "Waiting",
      accepted: "In hand",
      resolved: "To be verified",
      closed: "Closed",
      rejected: "Rejected",
      merged: "Merged",
    },
  },
  categories: {
    title: "By kind",
    column: "Kind",
    reports: "Reports",
    settled: "Settled",
    rate: "Rate",
    hours: "Median time",
    overdue: "Overdue",
  },
  time: {
    title: "By time",
    steps: { day: "a day", week: "a week", month: "a month" },
    column: "Date",
    settled: "Settled",
    open: "Not settled",
    chart: (step, spans, most) =>
      `Columns: reports ${step}, ${spans} of them, ${most} at most; the table has the numbers`,
    span: (first, last) => (first === last ? first : `${first} to ${last}`),
  },
  grids: {
    title: "By grid",
    tier: "Tier",
    tiers: { 1: "Tier 1 (villages)", 2: "Tier 2", 3: "Tier 3 (party groups)" },
    show: "The map shows",
    measures: { reports: "Reports", rate: "Completion rate", hours: "Median time", overdue: "Overdue" },
    legend: "Legend",
    range: (low, high) => (low === high ? low : `${low} – ${high}`),
    none: "No reports",
    outside: "outside every grid",
    column: "Grid",
    map: "Map of the grids; the table beside it has the numbers",
    noMap: "This browser cannot draw the map; the table has the numbers.",
    unnamed: (code) => `${code} (not in the edition in force)`,
  },
  nothing: "Nothing was reported in this period.",
};
