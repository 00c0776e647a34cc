// Days in China, such as `2026-11-25`, whatever the reader's own clock says, and spans of them.

export interface DayCount {
  readonly day: string;
  readonly reports: number;
  readonly settled: number;
}

export interface Span {
  /** Both days are in it. */
  readonly first: string;
  readonly last: string;
  readonly reports: number;
  readonly settled: number;
}

export type Step = "day" | "week" | "month";

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

const time = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const name = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time(text));

export function dayInChina(now: number): string {
  return name(now + CHINA_MS);
}

export function addDays(day: string, days: number): string {
  return name(time(day) + days * DAY_MS);
}

/** The moment at which a day begins in China. */
export function startOfDay(day: string): string {
  return `${day}T00:00:00+08:00`;
}

export interface Deadline {
  /** The last day, in China. */
  readonly day: string;
  /** The minute on that day, such as `14:30`; null where the whole day is left. */
  readonly minute: string | null;
}

/** A deadline at midnight is told as the day that it ends: "before the 28th, 0:00" is read as the 28th. */
export function deadlineOf(moment: string): Deadline {
  const at = Date.parse(moment) + CHINA_MS;
  if (at % DAY_MS === 0) return { day: name(at - 1), minute: null };
  return { day: name(at), minute: new Date(at).toISOString().slice(11, 16) };
}

/** So that a chart has some thirty columns and never some hundreds. */
export function stepOf(first: string, last: string): Step {
  const days = (time(last) - time(first)) / DAY_MS + 1;
  return days <= 45 ? "day" : days <= 31 * 9 ? "week" : "month";
}

/** All spans from the first day to the last, those without a report too. */
export function spansOf(counts: readonly DayCount[], first: string, last: string, step: Step): Span[] {
  const spans: { first: string; last: string; reports: number; settled: number }[] = [];
  // Whoever asks for a thousand years gets the years that have something.
  for (let day = first; day <= last && spans.length < 600; ) {
    const end = endOfSpan(day, step);
    spans.push({ first: day, last: end < last ? end : last, reports: 0, settled: 0 });
    day = addDays(end, 1);
  }
  for (const { day, reports, settled } of counts) {
    const span = spans.find((span) => day >= span.first && day <= span.last);
    if (!span) continue;
    span.reports += reports;
    span.settled += settled;
  }
  return spans;
}

/** Weeks end on Sunday. */
function endOfSpan(day: string, step: Step): string {
  if (step === "day") return day;
  const date = new Date(time(day));
  if (step === "week") return addDays(day, (7 - date.getUTCDay()) % 7);
  return name(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0));
}
