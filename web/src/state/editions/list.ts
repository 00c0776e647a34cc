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
  const begun = now.editions
    .filter(({ in_force }) => !in_force)
    .flatMap((edition) => begins(edition).map((time) => ({ edition, at: Date.parse(time) })))
    .filter(({ at }) => at <= Date.now());
  return begun.sort((a, b) => b.at - a.at)[0]?.edition;
});

/**
 * The moments from which an edition is, was or will be in force, in order. A later publication from the same moment counts
 * in place of an earlier one.
 */
export function begins({ publications, name }: Edition): string[] {
  const now = list.value;
  const others = now.state === "loaded" ? now.editions.filter((other) => other.name !== name) : [];
  const replaced = (own: Edition["publications"][number]): boolean =>
    others.some((other) =>
      other.publications.some(
        ({ in_force_from, recorded_at }) =>
          Date.parse(in_force_from) === Date.parse(own.in_force_from) &&
          Date.parse(recorded_at) > Date.parse(own.recorded_at),
      ),
    );
  return publications
    .filter((publication) => !replaced(publication))
    .map(({ in_force_from }) => in_force_from)
    .sort((a, b) => Date.parse(a) - Date.parse(b));
}

/** What an edition is compared with unless the reader says otherwise: what it replaced, or would replace. */
export function usuallyBefore(edition: Edition): Edition | undefined {
  return edition.in_force ? before.value : inForce.value;
}

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
export type Standing = "draft" | "in_force" | "scheduled" | "past" | "withdrawn";

export function standing(edition: Edition, now = Date.now()): Standing {
  if (edition.state === "draft") return "draft";
  if (edition.in_force) return "in_force";
  const times = begins(edition);
  if (times.some((time) => Date.parse(time) > now)) return "scheduled";
  return times.length > 0 ? "past" : "withdrawn";
}

/** The moment that its standing is about: in force since, in force from, made. */
export function since(edition: Edition, now = Date.now()): string {
  const times = begins(edition);
  const coming = times.find((time) => Date.parse(time) > now);
  const begun = times.findLast((time) => Date.parse(time) <= now);
  return (standing(edition, now) === "scheduled" ? coming : begun) ?? edition.created_at;
}

/** A name that is free for a draft repaired from another: `2026-01-repaired`, `2026-01-repaired-2` … */
export function repairedName(name: string): string {
  const base = `${name.replace(/-repaired(-\d+)?$/, "")}-repaired`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? base : `${base}-${number}`;
    if (!edition(candidate)) return candidate;
  }
}
