// Who is at work: an administrator's key, kept for as long as the browser's tab is open and no longer.
import { signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { jobs } from "../../api/editions.ts";
import type { Job, Problem } from "../../api/types.ts";

export type Session =
  | { readonly state: "out" }
  | { readonly state: "trying" }
  | { readonly state: "in"; readonly key: string }
  /** The service does not take the key, or `problem` is null: it does not answer. */
  | { readonly state: "refused"; readonly problem: Problem | null };

const KEY = "gridward.key";

export const session = signal<Session>({ state: "out" });

export const keyNow = (): string | null => (session.value.state === "in" ? session.value.key : null);

/** Takes a key if the service does; the jobs that it told of, so that running work can be followed on. */
export async function signIn(text: string): Promise<Job[]> {
  const key = text.trim();
  session.value = { state: "trying" };
  try {
    const running = await jobs(key);
    session.value = { state: "in", key };
    remember(key);
    return running;
  } catch (error) {
    refuse(problemIn(error));
    return [];
  }
}

/** Signs in again with the key of this tab, if it has one. */
export async function signInAgain(): Promise<Job[]> {
  const key = remembered();
  return key === null || session.peek().state === "in" ? [] : signIn(key);
}

export function signOut(): void {
  remember(null);
  session.value = { state: "out" };
}

/** A call with the key failed: one that is wrong or revoked is of no more use. */
export function heed(error: unknown): Problem | null {
  const problem = problemIn(error);
  if (problem?.status === 401 || problem?.status === 403) refuse(problem);
  return problem;
}

function refuse(problem: Problem | null): void {
  // Silence says nothing about the key.
  if (problem?.status === 401 || problem?.status === 403) remember(null);
  session.value = { state: "refused", problem };
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, key);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}
