// Reports on their way: each is kept on the phone before it is sent, sent when the network lets it, and never doubled, since
// it is sent under one key for as long as it takes.
import { signal } from "@preact/signals";
import { call, Failure } from "../../api/client.ts";
import { addPhoto } from "../../api/photos.ts";
import type { NewReport, Problem, ReportDetail } from "../../api/types.ts";
import { all, put, remove } from "../../lib/kept.ts";
import { addKept, keepArrived } from "./sent.ts";

export interface Picture {
  readonly bytes: ArrayBuffer;
  readonly media: string;
}

export interface Draft {
  /** The `Idempotency-Key`, made once. */
  readonly key: string;
  readonly report: NewReport;
  /** Those that were not sent yet. */
  readonly pictures: readonly Picture[];
  /** The report has arrived, and photos have not. */
  readonly arrived: { readonly id: string; readonly token: string } | null;
  /** It was not accepted, and trying again is of no use. */
  readonly refused: Problem | null;
}

/** The oldest first. */
export const drafts = signal<readonly Draft[]>([]);
/** The key of the draft that is being sent. */
export const sending = signal<string | null>(null);
/** The browser keeps nothing, so that drafts last only as long as the page. */
export const unkept = signal(false);
/** What has arrived since the page was opened, the latest last. */
export const arrivals = signal<readonly ReportDetail[]>([]);
/** Why photos were not accepted. */
export const photoProblems = signal<readonly Problem[]>([]);

/** A failure that may pass by itself. */
const PASSING = [408, 425, 429];
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;

let pauseMs = FIRST_PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<void> | null = null;

/** Takes up what an earlier visit left, and goes on whenever the network comes back. */
export async function openOutbox(): Promise<void> {
  addEventListener("online", () => sendSoon());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sendSoon();
  });
  try {
    await reload();
  } catch {
    unkept.value = true;
  }
  await sendAll();
}

/** Keeps a report, then sends it. */
export async function post(report: NewReport, photos: readonly Blob[]): Promise<void> {
  const pictures = await Promise.all(
    photos.map(async (photo) => ({ bytes: await photo.arrayBuffer(), media: photo.type })),
  );
  await keep({ key: newKey(), report, pictures, arrived: null, refused: null });
  sendSoon();
}

export async function discard(key: string): Promise<void> {
  drafts.value = drafts.peek().filter((draft) => draft.key !== key);
  try {
    await remove("drafts", key);
  } catch {
    unkept.value = true;
  }
}

/** Without waiting for the pause to end. */
export function sendSoon(): void {
  pauseMs = FIRST_PAUSE_MS;
  void sendAll();
}

export function sendAll(): Promise<void> {
  clearTimeout(timer);
  running ??= alone(sendEach).finally(() => {
    running = null;
    // What came in meanwhile, or has to wait.
    if (drafts.peek().some((draft) => !draft.refused)) timer = setTimeout(() => void sendAll(), pause());
  });
  return running;
}

/** Of several tabs only one sends; where browsers have no locks, the key alone keeps a report from being doubled. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  await navigator.locks.request("gridward.outbox", { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

async function sendEach(): Promise<void> {
  if (!unkept.peek()) await reload();
  for (const draft of drafts.peek()) {
    if (draft.refused) continue;
    if (!navigator.onLine) return;
    sending.value = draft.key;
    try {
      await sendOne(draft);
      pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The others would fare no better.
      return;
    } finally {
      sending.value = null;
    }
  }
}

async function sendOne(draft: Draft): Promise<void> {
  let now = draft;
  if (!now.arrived) {
    let report: ReportDetail;
    try {
      // As anybody: the answer has a token then, by which this phone can look at it later, whoever is signed in.
      const headers = { "idempotency-key": now.key };
      report = await call("/v1/reports", { method: "POST", body: now.report, headers, anonymous: true });
    } catch (error) {
      const problem = lasting(error);
      if (!(await clockIsWrong(now, problem))) await keep({ ...now, refused: problem });
      return;
    }
    const { token = "", ...rest } = report;
    await keepArrived({ id: report.id, token, report: rest, gone: false });
    arrivals.value = [...arrivals.peek(), report];
    now = { ...now, arrived: { id: report.id, token } };
    await keep(now);
  }
  const { id, token } = now.arrived ?? { id: "", token: "" };
  while (now.pictures[0]) {
    const [first, ...others]: readonly Picture[] = now.pictures;
    if (!first) break;
    try {
      await addPhoto(id, new Blob([first.bytes], { type: first.media }), { token });
    } catch (error) {
      photoProblems.value = [...photoProblems.peek(), lasting(error)];
    }
    now = { ...now, pictures: others };
    await keep(now);
  }
  await discard(now.key);
}

/** A clock that is far ahead makes a time in the future: the report is sent without it. */
async function clockIsWrong(draft: Draft, problem: Problem): Promise<boolean> {
  const { occurred_at, ...report } = draft.report;
  const fields = (problem.errors ?? []).map(({ field }) => field);
  if (!occurred_at || fields.length === 0 || fields.some((field) => field !== "occurred_at")) return false;
  await keep({ ...draft, report });
  return true;
}

/** The problem of a failure that trying again does not mend; throws the others. */
function lasting(error: unknown): Problem {
  if (!(error instanceof Failure) || !error.problem) throw error;
  if (error.problem.status >= 500 || PASSING.includes(error.problem.status)) throw error;
  return error.problem;
}

async function keep(draft: Draft): Promise<void> {
  const others = drafts.peek();
  const known = others.some(({ key }) => key === draft.key);
  drafts.value = known ? others.map((one) => (one.key === draft.key ? draft : one)) : [...others, draft];
  try {
    await put("drafts", draft);
  } catch {
    unkept.value = true;
  }
}

/** As the database has them: another tab may have sent some. */
async function reload(): Promise<void> {
  const kept = await all<Draft>("drafts");
  const when = ({ report }: Draft): string => report.occurred_at ?? "";
  drafts.value = kept.toSorted((a, b) => when(a).localeCompare(when(b)));
  // In this order: a tab keeps what has arrived before it lets go of the draft, so none is missing from both.
  await addKept();
}

/** Longer after every failure, and never the same for all phones that wait for one service. */
function pause(): number {
  const now = pauseMs * (0.75 + Math.random() / 2);
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  return now;
}

/** 128 random bits; `randomUUID` is for secure pages only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `m-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
