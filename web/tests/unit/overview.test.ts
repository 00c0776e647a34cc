// The overview without a page: periods, spans of days, classes of numbers, and what becomes of an answer that comes late.
import { afterEach, describe, expect, test, vi } from "vitest";
import type { StatsRow } from "../../src/api/types.ts";
import { classesOf, classOf, shadeOf } from "../../src/lib/classes.ts";
import { addDays, dayInChina, spansOf, stepOf } from "../../src/lib/days.ts";
import { counts, forget, load, shadingOf } from "../../src/state/overview/counts.ts";
import { period, presetOf, presetPeriod, queryOf } from "../../src/state/overview/period.ts";

const NOW = Date.UTC(2026, 10, 25, 17);

afterEach(() => {
  forget();
  period.value = { since: "", until: "" };
  vi.unstubAllGlobals();
});

describe("days are China's", () => {
  test("today, and over the ends of months", () => {
    expect(dayInChina(NOW)).toBe("2026-11-26");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2024-03-01", -1)).toBe("2024-02-29");
  });

  test("a period is asked for from its first moment to the end of its last day", () => {
    const query = queryOf({ since: "2026-11-01", until: "2026-11-30" }, 2);
    expect(Object.fromEntries(query)).toEqual({
      by: "tier2,category,day",
      since: "2026-11-01T00:00:00+08:00",
      until: "2026-12-01T00:00:00+08:00",
    });
  });

  test("presets end today and are known again", () => {
    expect(presetPeriod("week", NOW)).toEqual({ since: "2026-11-20", until: "2026-11-26" });
    expect(presetPeriod("month", NOW)).toEqual({ since: "2026-11-01", until: "2026-11-26" });
    expect(presetOf({ since: "2026-01-01", until: "2026-11-26" }, NOW)).toBe("year");
    expect(presetOf({ since: "2026-01-02", until: "2026-11-26" }, NOW)).toBeNull();
  });
});

describe("spans", () => {
  const counted = [
    { day: "2026-01-31", reports: 3, settled: 1 },
    { day: "2026-02-01", reports: 2, settled: 2 },
    { day: "2026-02-02", reports: 1, settled: 0 },
  ];

  test.each(["day", "week", "month"] as const)("by %s nothing is lost and nothing lies twice", (step) => {
    const spans = spansOf(counted, "2026-01-05", "2026-03-04", step);
    expect(spans.reduce((sum, span) => sum + span.reports, 0)).toBe(6);
    expect(spans[0]?.first).toBe("2026-01-05");
    expect(spans.at(-1)?.last).toBe("2026-03-04");
    for (const [at, span] of spans.entries()) {
      if (at > 0) expect(span.first).toBe(addDays(spans[at - 1]?.last ?? "", 1));
    }
  });

  test("weeks end on Sunday", () => {
    const spans = spansOf(counted, "2026-01-28", "2026-02-04", "week");
    expect(spans.map(({ last, reports }) => [last, reports])).toEqual([
      ["2026-02-01", 5],
      ["2026-02-04", 1],
    ]);
  });

  test("the longer the period the wider the columns", () => {
    expect(stepOf("2026-11-01", "2026-11-30")).toBe("day");
    expect(stepOf("2026-06-01", "2026-11-30")).toBe("week");
    expect(stepOf("2024-06-01", "2026-11-30")).toBe("month");
  });
});

describe("classes", () => {
  test("few values are a class each", () => {
    expect(classesOf([3, 1, 3, 2], 5)).toEqual([1, 2, 3].map((value) => ({ low: value, high: value })));
    expect(classesOf([], 5)).toEqual([]);
  });

  test("many values lie in about equal classes, each in one", () => {
    const values = Array.from({ length: 100 }, (_, at) => at);
    const classes = classesOf(values, 5);
    expect(classes.map(({ low, high }) => [low, high])).toEqual([
      [0, 19],
      [20, 39],
      [40, 59],
      [60, 79],
      [80, 99],
    ]);
    expect(classOf(classes, 20)).toBe(1);
    expect(classOf(classes, 100)).toBe(-1);
  });

  test("shades are as far apart as they can be", () => {
    expect([0, 1].map((at) => shadeOf(at, 2, 5))).toEqual([0, 4]);
    expect([0, 1, 2].map((at) => shadeOf(at, 3, 5))).toEqual([0, 2, 4]);
    expect(shadeOf(0, 1, 5)).toBe(2);
  });

  test("a grid without a value has no shade", () => {
    const row = (about: string | null, reports: number, rate: number | null) =>
      ({ about, reports, completion_rate: rate }) as unknown as StatsRow;
    const rows = [row("1", 4, 0.5), row("2", 9, 1), row("3", 2, null), row(null, 7, 1)];
    expect([...shadingOf(rows, 1, "rate").shades]).toEqual([
      ["1", 1],
      ["2", 5],
    ]);
    expect([...shadingOf(rows, 1, "reports").shades.keys()]).toEqual(["1", "2", "3"]);
  });
});

test("of two questions the later one's answer stays, whichever comes first", async () => {
  const waiting: ((answer: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((answer) => waiting.push(answer)));
  const answer = (reports: number) => new Response(JSON.stringify({ total: { reports }, rows: [] }));
  const first = load();
  period.value = { since: "2026-11-01", until: "" };
  const second = load();
  waiting[1]?.(answer(2));
  waiting[0]?.(answer(1));
  await Promise.all([first, second]);
  expect(counts.value).toMatchObject({ state: "ready", stats: { total: { reports: 2 } }, of: { since: "2026-11-01" } });
});
