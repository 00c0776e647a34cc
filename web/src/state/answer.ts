// The question asked last and what became of it: the one thing the map and the panels both show.
import { signal } from "@preact/signals";
import { Failure, type LocateQuery, locate } from "../api/client.ts";
import type { LocateAnswer, Problem } from "../api/types.ts";
import type { Place } from "../lib/place.ts";

export type Answer =
  | { readonly state: "none" }
  | { readonly state: "asking"; readonly query: LocateQuery }
  | { readonly state: "answered"; readonly query: LocateQuery; readonly answer: LocateAnswer }
  | { readonly state: "failed"; readonly query: LocateQuery; readonly problem: Problem | null };

export const answer = signal<Answer>({ state: "none" });

let running: AbortController | null = null;

/** Asks the service; a later question makes an earlier one's answer void. */
export async function ask(query: LocateQuery): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  answer.value = { state: "asking", query };
  try {
    const found = await locate(query, controller.signal);
    if (!controller.signal.aborted) answer.value = { state: "answered", query, answer: found };
  } catch (error) {
    if (controller.signal.aborted) return;
    answer.value = { state: "failed", query, problem: error instanceof Failure ? error.problem : null };
  }
}

export function forget(): void {
  running?.abort();
  answer.value = { state: "none" };
}

/** Where the question was asked; nothing for coordinates of another system, which no map of ours can show. */
export function placeOf(answer: Answer): Place | undefined {
  return answer.state === "none" || (answer.query.crs ?? "wgs84") !== "wgs84" ? undefined : answer.query.place;
}
