// Who is at work: whether the key of this tab is an administrator's.
import { effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { jobs } from "../../api/editions.ts";
import type { Job, Problem } from "../../api/types.ts";
import { keep, kept } from "../key.ts";

export type Session =
  | { readonly state: "out" }
  | { readonly state: "trying" }
  | { readonly state: "in"; readonly key: string }
  /** The service does not take the key, or `problem` is null: it does not answer. */
  | { readonly state: "refused"; readonly problem: Problem | null };

export const session = signal<Session>({ state: "out" });

// Whoever signs out in another panel is out here too.
effect(() => {
  if (kept.value === null && session.peek().state === "in") session.value = { state: "out" };
});

export const keyNow = (): string | null => (session.value.state === "in" ? session.value.key : null);

/** Takes a key if the service does; the jobs that it told of, so that running work can be followed on. */
export async function signIn(text: string): Promise<Job[]> {
  const key = text.trim();
  session.value = { state: "trying" };
  try {
    const running = await jobs(key);
    keep(key);
    session.value = { state: "in", key };
    return running;
  } catch (error) {
    refuse(problemIn(error));
    return [];
  }
}

/** Signs in again with the key of this tab, if it has one. */
export async function signInAgain(): Promise<Job[]> {
  const key = kept.peek();
  return key === null || session.peek().state === "in" ? [] : signIn(key);
}

export function signOut(): void {
  keep(null);
  session.value = { state: "out" };
}

/** A call with the key failed: one that is wrong or revoked is of no more use. */
export function heed(error: unknown): Problem | null {
  const problem = problemIn(error);
  if (problem?.status === 401 || problem?.status === 403) refuse(problem);
  return problem;
}

function refuse(problem: Problem | null): void {
  // Silence says nothing about the key, and one that is not an administrator's may do for another panel.
  if (problem?.status === 401) keep(null);
  session.value = { state: "refused", problem };
}
