// The reports that were sent from this phone: their tokens are nowhere else.
import { signal } from "@preact/signals";
import { Failure } from "../../api/client.ts";
import { report } from "../../api/reports.ts";
import type { ReportDetail } from "../../api/types.ts";
import { all, put, remove } from "../../lib/kept.ts";

export interface Sent {
  readonly id: string;
  readonly token: string;
  /** As it stood when it was asked for the last time. */
  readonly report: ReportDetail | null;
  /** There is none of that id for that token. */
  readonly gone: boolean;
}

/** A report has just been taken by the service: it answers, and the others may have moved too. */
export async function keepArrived(one: Sent): Promise<void> {
  stale.value = false;
  await keepSent(one);
  void refresh();
}

/** The latest first. */
export const sent = signal<readonly Sent[]>([]);

/** What is shown is of an earlier time, for the service does not answer. */
export const stale = signal(false);

let reading: Promise<void> | null = null;

/** Reads what the phone has, once. */
export function loadSent(): Promise<void> {
  reading ??= addKept();
  return reading;
}

/** What other tabs have sent since is shown here too. */
export async function addKept(): Promise<void> {
  try {
    const kept = await all<Sent>("sent");
    const known = new Set(sent.peek().map(({ id }) => id));
    show([...sent.peek(), ...kept.filter(({ id }) => !known.has(id))]);
  } catch {
    // A browser that keeps nothing has nothing.
  }
}

export async function keepSent(one: Sent): Promise<void> {
  show([one, ...sent.peek().filter(({ id }) => id !== one.id)]);
  try {
    await put("sent", one);
  } catch {
    // It is there until the page is left.
  }
}

/** Of a link that was opened here. */
export async function follow(id: string, token: string): Promise<void> {
  const known = sent.peek().find((one) => one.id === id);
  await keepSent({ report: null, gone: false, ...known, id, token });
  await refresh();
}

export async function forgetSent(id: string): Promise<void> {
  sent.value = sent.peek().filter((one) => one.id !== id);
  try {
    await remove("sent", id);
  } catch {
    // As above.
  }
}

/** Asks how each stands now; whoever opens the page on them may do so before they are read. */
export async function refresh(): Promise<void> {
  await loadSent();
  await Promise.all(sent.peek().slice(0, MOST).map(ask));
}

/** Asked at once; older ones stay as they were. */
const MOST = 30;

async function ask({ id, token }: Sent): Promise<void> {
  try {
    await keepSent({ id, token, report: await report(id, null, token), gone: false });
    stale.value = false;
  } catch (error) {
    const problem = error instanceof Failure ? error.problem : null;
    const known = sent.peek().find((one) => one.id === id);
    if (!known) return;
    if (problem && (problem.status === 404 || problem.status === 401)) await keepSent({ ...known, gone: true });
    else stale.value = true;
  }
}

function show(list: readonly Sent[]): void {
  // Ids begin with the day; within one the time decides.
  const when = ({ id, report }: Sent): string => report?.created_at ?? `20${id.slice(0, 2)}-${id.slice(2, 4)}`;
  sent.value = list.toSorted((a, b) => when(b).localeCompare(when(a)));
}
