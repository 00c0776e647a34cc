// Who is at work: an administrator, by the key of this tab or signed in by name.
import { effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { jobs, type Key } from "../../api/editions.ts";
import type { Job, Problem } from "../../api/types.ts";
import { keep, kept } from "../key.ts";
import { leave, loadWho, who } from "../who.ts";

export type Session =
  | { readonly state: "out" }
  | { readonly state: "trying" }
  /** Without a key it is the browser's cookie that says who it is. */
  | { readonly state: "in"; readonly key: Key }
  /** The service does not take the key, or `problem` is null: it does not answer. */
  | { readonly state: "refused"; readonly problem: Problem | null };

export const session = signal<Session>({ state: "out" });

// Whoever signs out in another panel is out here too.
effect(() => {
  const now = session.peek();
  if (kept.value === null && now.state === "in" && now.key !== null) session.value = { state: "out" };
});

export const keyNow = (): Key => (session.value.state === "in" ? session.value.key : null);

export const isIn = (): boolean => session.value.state === "in";

/** Takes a key if the service does; the jobs that it told of, so that running work can be followed on. */
export function signIn(text: string): Promise<Job[]> {
  return enter(text.trim());
}

async function enter(key: Key): Promise<Job[]> {
  session.value = { state: "trying" };
  try {
    const running = await jobs(key);
    if (key !== null) keep(key);
    session.value = { state: "in", key };
    return running;
  } catch (error) {
    refuse(problemIn(error));
    return [];
  }
}

/** Signs in again with the key of this tab, or as the administrator whom the browser's cookie says. */
export async function signInAgain(): Promise<Job[]> {
  if (session.peek().state === "in") return [];
  const key = kept.peek();
  if (key !== null) return enter(key);
  await loadWho();
  const now = who.peek();
  return now?.via === "session" && now.role === "admin" ? enter(null) : [];
}

export async function signOut(): Promise<void> {
  const now = session.peek();
  keep(null);
  session.value = { state: "out" };
  if (now.state === "in" && now.key === null) await leave();
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
