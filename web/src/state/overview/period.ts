// Over which days the overview counts, and in which tier; kept in the address, so that a link shows the same.
import { computed, effect, signal } from "@preact/signals";
import { TIERS, type Tier } from "../../api/types.ts";
import { addDays, dayInChina, isDay, startOfDay } from "../../lib/days.ts";

/** Days in China, both of them in it; empty for no bound. */
export interface Period {
  readonly since: string;
  readonly until: string;
}

/** What the map shows of each grid. */
export const MEASURES = ["reports", "rate", "hours", "overdue"] as const;
export type Measure = (typeof MEASURES)[number];

const ALL: Period = { since: "", until: "" };

const asked = new URLSearchParams(location.search);

export const period = signal<Period>({ since: dayIn("since"), until: dayIn("until") });
export const tier = signal<Tier>(TIERS.find((tier) => String(tier) === asked.get("tier")) ?? 1);
export const measure = signal<Measure>(MEASURES.find((measure) => measure === asked.get("show")) ?? "reports");

function dayIn(name: string): string {
  const text = asked.get(name) ?? "";
  return isDay(text) ? text : "";
}

/** It ends before it begins: there is nothing to ask for. */
export const backwards = computed(() => {
  const { since, until } = period.value;
  return since !== "" && until !== "" && since > until;
});

/** The ready-made periods, which end today. */
export const PRESETS = ["all", "week", "month", "year"] as const;
export type Preset = (typeof PRESETS)[number];

export function presetPeriod(preset: Preset, now = Date.now()): Period {
  const today = dayInChina(now);
  switch (preset) {
    case "all":
      return ALL;
    case "week":
      return { since: addDays(today, -6), until: today };
    case "month":
      return { since: `${today.slice(0, 8)}01`, until: today };
    case "year":
      return { since: `${today.slice(0, 5)}01-01`, until: today };
  }
}

/** The preset that the period is; null for one's own. */
export function presetOf({ since, until }: Period, now = Date.now()): Preset | null {
  const same = (preset: Preset): boolean => {
    const other = presetPeriod(preset, now);
    return other.since === since && other.until === until;
  };
  return PRESETS.find(same) ?? null;
}

/** The same question for the service. */
export function queryOf({ since, until }: Period, tier: Tier): URLSearchParams {
  const query = new URLSearchParams({ by: `tier${tier},category,day` });
  if (since) query.set("since", startOfDay(since));
  if (until) query.set("until", startOfDay(addDays(until, 1)));
  return query;
}

effect(() => {
  const query = new URLSearchParams();
  if (period.value.since) query.set("since", period.value.since);
  if (period.value.until) query.set("until", period.value.until);
  if (tier.value !== 1) query.set("tier", String(tier.value));
  if (measure.value !== "reports") query.set("show", measure.value);
  if (location.pathname !== "/overview") return;
  history.replaceState(null, "", query.size > 0 ? `?${query}` : location.pathname);
});
