// What one edition would do in the place of another: the list of changes, and the land that changes hands.

import { computed, signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import { compare, comparePlaces, compareReports, strips as fetchStrips } from "../../api/editions.ts";
import type { ComparedPlaces, ComparedReports, Comparison, Problem, Strips, Tier } from "../../api/types.ts";
import { boxAround, joined } from "../../lib/boxes.ts";
import { groupedBy } from "../../lib/groups.ts";
import { type Step, stepped } from "../../lib/steps.ts";
import { byChangedArea, type Change, type ChangeKind, changesOf, isSmall, KINDS } from "./changes.ts";
import { heed, isIn, keyNow } from "./session.ts";
import { flight } from "./stage.ts";

export type Compared =
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly comparison: Comparison; readonly strips: Strips }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const compared = signal<Compared>({ state: "none" });

/** Which tier the list and the map show; null for all. */
export const comparedTier = signal<Tier | null>(null);

export const chosenChange = signal<Change | null>(null);

export const changes = computed<Change[]>(() => {
  const now = compared.value;
  return now.state === "loaded" ? changesOf(now.comparison) : [];
});

/** Whether small changes are listed too. */
export const listsSmall = signal(false);

const ofTier = computed(() => {
  const tier = comparedTier.value;
  return changes.value.filter((change) => tier === null || change.tier === tier);
});

/** How many changes are so small that they are listed only when they are asked for. */
export const smallChanges = computed(() => ofTier.value.filter(isSmall).length);

/** So many of a kind are listed; a redrawn nation has a hundred thousand. */
const MOST = 300;

export interface KindOfChange {
  readonly kind: ChangeKind;
  readonly listed: readonly Change[];
  /** How many there are, with those beyond what is listed. */
  readonly count: number;
}

/** The changes that are listed, by kind, borders by the land that changes; kinds without any are left out. */
export const changesByKind = computed<KindOfChange[]>(() => {
  const shown = ofTier.value.filter((change) => listsSmall.value || !isSmall(change));
  const byKind = groupedBy(shown, ({ kind }) => kind);
  return KINDS.flatMap((kind) => {
    const found = byKind.get(kind);
    if (!found) return [];
    const ordered = kind === "moved" ? byChangedArea(found) : found;
    return [{ kind, listed: ordered.slice(0, MOST), count: found.length }];
  });
});

const inOrder = computed(() => changesByKind.value.flatMap(({ listed }) => listed));

/** The change that Tab leads to: the chosen one, or the first. */
export const entrance = computed<Change | undefined>(() => {
  const chosen = chosenChange.value;
  return chosen && inOrder.value.includes(chosen) ? chosen : inOrder.value[0];
});

export const shownStrips = computed<FeatureCollection>(() => {
  const now = compared.value;
  const tier = comparedTier.value;
  if (now.state !== "loaded") return { type: "FeatureCollection", features: [] };
  const features = now.strips.features.filter(({ properties }) => tier === null || properties?.tier === tier);
  return { type: "FeatureCollection", features };
});

export type CountedPlaces =
  | { readonly state: "none" }
  | { readonly state: "counting" }
  | { readonly state: "counted"; readonly found: ComparedPlaces }
  | { readonly state: "failed"; readonly problem: Problem | null };

/** What would become of the places of a table. */
export const places = signal<CountedPlaces>({ state: "none" });

export async function countPlaces(before: string, after: string, table: File): Promise<void> {
  places.value = { state: "counting" };
  try {
    places.value = { state: "counted", found: await comparePlaces(before, after, table, keyNow()) };
  } catch (error) {
    places.value = { state: "failed", problem: heed(error) };
  }
}

export type CountedReports =
  | { readonly state: "none" }
  | { readonly state: "counting" }
  | { readonly state: "counted"; readonly found: ComparedReports }
  | { readonly state: "failed"; readonly problem: Problem | null };

/** What would become of known reports. */
export const reports = signal<CountedReports>({ state: "none" });

let counting: AbortController | null = null;

export async function countReports(before: string, after: string): Promise<void> {
  counting?.abort();
  const controller = new AbortController();
  counting = controller;
  reports.value = { state: "counting" };
  try {
    const found = await compareReports(before, after, keyNow(), controller.signal);
    if (!controller.signal.aborted) reports.value = { state: "counted", found };
  } catch (error) {
    if (!controller.signal.aborted) reports.value = { state: "failed", problem: heed(error) };
  }
}

let running: AbortController | null = null;

export async function loadComparison(before: string, after: string): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  chosenChange.value = null;
  comparedTier.value = null;
  listsSmall.value = false;
  compared.value = { state: "loading" };
  // Reports are counted for the staff alone.
  if (isIn()) void countReports(before, after);
  try {
    const [comparison, strips] = await Promise.all([
      compare(before, after, keyNow(), controller.signal),
      fetchStrips(before, after, keyNow(), controller.signal),
    ]);
    if (!controller.signal.aborted) compared.value = { state: "loaded", comparison, strips };
  } catch (error) {
    if (!controller.signal.aborted) compared.value = { state: "failed", problem: heed(error) };
  }
}

export function forgetComparison(): void {
  places.value = { state: "none" };
  counting?.abort();
  reports.value = { state: "none" };
  running?.abort();
  chosenChange.value = null;
  compared.value = { state: "none" };
}

/** Looks at a change: marks it in the list and on the map, and flies there. */
export function lookAt(change: Change): void {
  chosenChange.value = change;
  const now = compared.peek();
  if (now.state !== "loaded") return;
  const touched = now.strips.features.filter(({ properties }) => {
    const { tier, from, to } = properties;
    return tier === change.tier && [from, to].some((code) => code != null && change.codes.includes(code));
  });
  const box = joined(touched.map(({ geometry }) => boxAround("coordinates" in geometry ? geometry.coordinates : [])));
  const place = box ?? (change.box ? change.box : null);
  if (place) flight.value = place;
}

/** Goes on in the order of the list. */
export function stepChange(by: Step): void {
  const found = stepped(inOrder.value, chosenChange.value ? inOrder.value.indexOf(chosenChange.value) : -1, by);
  if (found) lookAt(found);
}
