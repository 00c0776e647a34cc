// Who is at work with reports: whoever signed in on the page of their own for that, or the key of this tab.
import { effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { type Key, reports, who } from "../../api/reports.ts";
import { signOut as endSession } from "../../api/session.ts";
import type { Problem, SessionDetail } from "../../api/types.ts";
import { keep, kept } from "../key.ts";

export type Session =
  | { readonly state: "out" }
  | { readonly state: "trying" }
  /** Without a key it is the browser's cookie that says who it is. */
  | { readonly state: "in"; readonly key: Key; readonly who: SessionDetail | null }
  /** The service does not take the key, or `problem` is null: it does not answer. */
  | { readonly state: "refused"; readonly problem: Problem | null };

export const session = signal<Session>({ state: "out" });

/** Whether people can sign in by name here; known once the service has said who is asking. */
export const accounts = signal(false);

export const keyNow = (): Key => (session.value.state === "in" ? session.value.key : null);

// Whoever takes the key away in another panel is out here too.
effect(() => {
  const now = session.peek();
  if (kept.value === null && now.state === "in" && now.key !== null) session.value = { state: "out" };
});

export async function signIn(text: string): Promise<void> {
  const key = text.trim();
  session.value = { state: "trying" };
  try {
    // Not every key may read reports.
    await reports(new URLSearchParams({ limit: "1" }), key);
    const known = await who(key).catch(() => null);
    keep(key);
    session.value = { state: "in", key, who: known };
  } catch (error) {
    refuse(problemIn(error));
  }
}

/** Signs in with the key of this tab, or as whoever the browser's cookie says, if there is either. */
export async function signInAgain(): Promise<void> {
  if (session.peek().state === "in") return;
  const key = kept.peek();
  if (key !== null) return signIn(key);
  try {
    const known = await who(null);
    accounts.value = true;
    const reads = known.via === "session" && known.role !== "viewer";
    if (reads && session.peek().state === "out") session.value = { state: "in", key: null, who: known };
  } catch {
    // Then nobody is signed in, and the way in is shown.
  }
}

export async function signOut(): Promise<void> {
  const now = session.peek();
  keep(null);
  session.value = { state: "out" };
  if (now.state === "in" && now.key === null) await endSession().catch(() => {});
}

/** A call failed: a key or a session that does not hold any more is of no more use. */
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
