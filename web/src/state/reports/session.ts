// Who is at work with reports: the key of this tab, if the service lets it read them.
import { effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { type Key, reports } from "../../api/reports.ts";
import type { Problem } from "../../api/types.ts";
import { keep, kept } from "../key.ts";

export type Session =
  | { readonly state: "out" }
  | { readonly state: "trying" }
  | { readonly state: "in"; readonly key: Key }
  /** The service does not take the key, or `problem` is null: it does not answer. */
  | { readonly state: "refused"; readonly problem: Problem | null };

export const session = signal<Session>({ state: "out" });

export const keyNow = (): Key => (session.value.state === "in" ? session.value.key : null);

// Whoever signs out in another panel is out here too.
effect(() => {
  if (kept.value === null && session.peek().state === "in") session.value = { state: "out" };
});

export async function signIn(text: string): Promise<void> {
  const key = text.trim();
  session.value = { state: "trying" };
  try {
    await reports(new URLSearchParams({ limit: "1" }), key);
    keep(key);
    session.value = { state: "in", key };
  } catch (error) {
    refuse(problemIn(error));
  }
}

/** Signs in with the key of this tab, if it has one. */
export async function signInAgain(): Promise<void> {
  const key = kept.peek();
  if (key !== null && session.peek().state !== "in") await signIn(key);
}

export function signOut(): void {
  keep(null);
  session.value = { state: "out" };
}

/** A call failed: a key that does not hold any more is of no more use. */
export function heed(error: unknown): Problem | null {
  const problem = problemIn(error);
  if (problem?.status === 401 && session.peek().state === "in") refuse(problem);
  return problem;
}

function refuse(problem: Problem | null): void {
  // Silence says nothing about the key, and one that may not read reports may do for another panel.
  if (problem?.status === 401) keep(null);
  session.value = { state: "refused", problem };
}
