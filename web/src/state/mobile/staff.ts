// Whoever answers for a grid, at work on the phone: signed in by a cookie or by a key, with the reports there.
import { signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { addPhoto } from "../../api/photos.ts";
import { report, reports, act as take } from "../../api/reports.ts";
import type { Problem, ReportAction, ReportDetail, ReportStep } from "../../api/types.ts";
import { shrunk } from "../../lib/photo.ts";
import { keep as keepKey, kept } from "../key.ts";
import { enter, leave, loadWho, who } from "../who.ts";

export type Staff =
  | { readonly state: "unknown" }
  | { readonly state: "out"; readonly problem: Problem | null; readonly tried: boolean }
  /** Without a key by the browser's cookie. */
  | { readonly state: "in"; readonly key: string | null };

export type Filter = "open" | "resolved" | "closed";
const STATUSES: Record<Filter, string> = { open: "reported,accepted", resolved: "resolved", closed: "closed" };

const MOST = 200;
/** How often the list is asked for while somebody looks at it. */
const PERIOD_MS = 4_000;

export const staff = signal<Staff>({ state: "unknown" });
export const trying = signal(false);
export const filter = signal<Filter>("open");
/** Null before the first answer. */
export const tasks = signal<readonly ReportDetail[] | null>(null);
export const stale = signal(false);
/** Ids that came since somebody looked first. */
export const fresh = signal<ReadonlySet<string>>(new Set());

let seen: Set<string> | null = null;
let looks = 0;
/** The latest look that was answered. */
let answered = 0;

export const keyNow = (): string | null => (staff.value.state === "in" ? staff.value.key : null);

/** By the key of this tab, else by the cookie, if there is one. */
export async function signInAgain(): Promise<void> {
  if (staff.peek().state === "in") return;
  const key = kept.peek();
  if (key !== null) await tryKey(key, false);
  await loadWho();
  if (who.peek()?.via === "session" && staff.peek().state !== "in") await tryKey(null, false);
  if (staff.peek().state === "unknown") staff.value = { state: "out", problem: null, tried: false };
}

export async function signInByName(name: string, password: string): Promise<void> {
  trying.value = true;
  const refused = await enter(name.trim(), password);
  if (refused === null) return tryKey(null, true);
  staff.value = { state: "out", problem: refused ?? null, tried: true };
  trying.value = false;
}

export async function signIn(text: string): Promise<void> {
  await tryKey(text.trim(), true);
}

export function signOut(): void {
  const now = staff.peek();
  // Silence leaves the cookie, and the page says so by being signed in the next time.
  if (now.state === "in" && now.key === null) void leave();
  keepKey(null);
  seen = null;
  tasks.value = null;
  fresh.value = new Set();
  staff.value = { state: "out", problem: null, tried: false };
}

async function tryKey(key: string | null, tried: boolean): Promise<void> {
  trying.value = true;
  try {
    await reports(new URLSearchParams({ limit: "1" }), key);
    staff.value = { state: "in", key };
    keepKey(key);
    await look();
  } catch (error) {
    staff.value = { state: "out", problem: problemIn(error), tried };
  } finally {
    trying.value = false;
  }
}

/** Asks for the list again and again; the result ends it. */
export function watch(): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void look();
  }, PERIOD_MS);
  const online = (): void => void look();
  addEventListener("online", online);
  return () => {
    clearInterval(timer);
    removeEventListener("online", online);
  };
}

export function choose(wanted: Filter): void {
  filter.value = wanted;
  tasks.value = null;
  void look();
}

export async function look(): Promise<void> {
  const now = staff.peek();
  if (now.state !== "in") return;
  const wanted = filter.peek();
  const turn = ++looks;
  try {
    const query = new URLSearchParams({ status: STATUSES[wanted], limit: String(MOST) });
    const { reports: found } = await reports(query, now.key);
    // A later look may be answered earlier; what it saw is newer.
    if (filter.peek() !== wanted || turn < answered) return;
    answered = turn;
    stale.value = false;
    if (wanted === "open") notice(found);
    tasks.value = inOrder(found);
  } catch (error) {
    const problem = problemIn(error);
    if (problem?.status === 401 || problem?.status === 403) {
      signOut();
      staff.value = { state: "out", problem, tried: true };
    } else {
      stale.value = true;
    }
  }
}

/** There is a step that whoever is signed in may take with it. */
export function isOwn({ actions }: ReportDetail): boolean {
  return (actions?.length ?? 0) > 0;
}

/** What one can do something about first; of that, what is late or due soonest. */
export function inOrder(found: readonly ReportDetail[]): ReportDetail[] {
  const due = (report: ReportDetail): string =>
    `${isOwn(report) ? 0 : 1} ${report.overdue_since ? 0 : 1} ${report.due_at ?? "9"}`;
  return found.toSorted((a, b) => due(a).localeCompare(due(b)) || b.created_at.localeCompare(a.created_at));
}

function notice(found: readonly ReportDetail[]): void {
  const known = seen;
  seen = new Set([...(known ?? []), ...found.map(({ id }) => id)]);
  if (!known) return;
  const newcomers = found.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (newcomers.length > 0) fresh.value = new Set([...fresh.peek(), ...newcomers]);
}

export function looked(id: string): void {
  if (!fresh.peek().has(id)) return;
  fresh.value = new Set([...fresh.peek()].filter((one) => one !== id));
}

export type Outcome = "done" | "changed" | { readonly failed: Problem | null };

/** One step, if nobody else took one meanwhile. */
export async function act(on: ReportDetail, action: ReportAction, step: ReportStep): Promise<Outcome> {
  try {
    await take(on, action, step, keyNow());
    await look();
    return "done";
  } catch (error) {
    const problem = problemIn(error);
    await look();
    return problem?.status === 412 ? "changed" : { failed: problem };
  }
}

export function storyOf(id: string): Promise<ReportDetail> {
  return report(id, keyNow());
}

export async function showPlace(id: string, file: File): Promise<void> {
  await addPhoto(id, await shrunk(file), { key: keyNow() });
}
