// The editions that the reader may see.
import { computed, signal } from "@preact/signals";
import { editions as fetchEditions } from "../../api/editions.ts";
import type { Edition, Problem } from "../../api/types.ts";
import { heed, keyNow } from "./session.ts";

export type List =
  | { readonly state: "loading" }
  /** Newest first. */
  | { readonly state: "loaded"; readonly editions: readonly Edition[] }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const list = signal<List>({ state: "loading" });

export const inForce = computed(() => {
  const now = list.value;
  return now.state === "loaded" ? now.editions.find((edition) => edition.in_force) : undefined;
});

/** What a rollback leads back to: of the publications that have begun, the last one of another edition. */
export const before = computed(() => {
  const now = list.value;
  if (now.state !== "loaded") return undefined;
  const begun = now.editions.flatMap((edition) =>
    edition.in_force
      ? []
      : edition.publications
          .filter(({ in_force_from }) => Date.parse(in_force_from) <= Date.now())
          .map((publication) => ({ edition, ...publication })),
  );
  const order = (one: (typeof begun)[number]): number => Date.parse(one.in_force_from);
  return begun.sort((a, b) => order(b) - order(a) || Date.parse(b.recorded_at) - Date.parse(a.recorded_at))[0]?.edition;
});

export function edition(name: string): Edition | undefined {
  const now = list.value;
  return now.state === "loaded" ? now.editions.find((one) => one.name === name) : undefined;
}

export async function loadList(): Promise<void> {
  try {
    const editions = await fetchEditions(keyNow());
    list.value = { state: "loaded", editions: editions.toReversed() };
  } catch (error) {
    list.value = { state: "failed", problem: heed(error) };
  }
}

/** How an edition stands, as people say it. */
export type Standing = "draft" | "in_force" | "scheduled" | "past";

export function standing(edition: Edition, now = Date.now()): Standing {
  if (edition.state === "draft") return "draft";
  if (edition.in_force) return "in_force";
  return edition.publications.some(({ in_force_from }) => Date.parse(in_force_from) > now) ? "scheduled" : "past";
}

/** The moment that its standing is about: in force since, in force from, made. */
export function since(edition: Edition, now = Date.now()): string {
  const begins = edition.publications.map(({ in_force_from }) => in_force_from);
  const begun = begins.filter((time) => Date.parse(time) <= now).sort((a, b) => Date.parse(a) - Date.parse(b));
  const coming = begins.filter((time) => Date.parse(time) > now).sort((a, b) => Date.parse(a) - Date.parse(b));
  const time = standing(edition, now) === "scheduled" ? coming[0] : begun.at(-1);
  return time ?? edition.created_at;
}

/** A name that is free for a draft repaired from another: `2026-01-repaired`, `2026-01-repaired-2` … */
export function repairedName(name: string): string {
  const base = `${name.replace(/-repaired(-\d+)?$/, "")}-repaired`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? base : `${base}-${number}`;
    if (!edition(candidate)) return candidate;
  }
}
