// The work that was asked for last: files on their way, then the job of the service, until it has ended.
import { signal } from "@preact/signals";
import * as api from "../../api/editions.ts";
import type { Job, Problem } from "../../api/types.ts";
import { type ChosenFile, type UploadOptions, upload } from "../../api/upload.ts";
import { loadTileset } from "../tileset.ts";
import { loadList, repairedName } from "./list.ts";
import { heed, isIn, keyNow } from "./session.ts";

export type Purpose = Job["kind"];

export type Work =
  | { readonly state: "none" }
  | { readonly state: "sending"; readonly purpose: Purpose; readonly sent: number; readonly total: number }
  | { readonly state: "running"; readonly purpose: Purpose; readonly job: Job; readonly ending: boolean }
  | { readonly state: "done"; readonly purpose: Purpose; readonly job: Job }
  | { readonly state: "failed"; readonly purpose: Purpose; readonly problem: Problem | null }
  | { readonly state: "cancelled"; readonly purpose: Purpose };

export const work = signal<Work>({ state: "none" });

const PAUSE_MS = 400;
/** A service that is silent for a moment may be starting again; the job is kept. */
const MOST_SILENCES = 20;

let running: AbortController | null = null;

export const busy = (): boolean => work.value.state === "sending" || work.value.state === "running";

/** The edition that the work made or published; null where it ended otherwise. */
export type Ended = Promise<string | null>;

export function sendFiles(files: readonly ChosenFile[], options: UploadOptions): Ended {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  return begin("import", { state: "sending", purpose: "import", sent: 0, total }, (key, signal) => {
    const onSent = (sent: number, all: number): void => {
      if (!signal.aborted) work.value = { state: "sending", purpose: "import", sent, total: all };
    };
    return upload(files, options, key, onSent, signal);
  });
}

export function repair(name: string, toleranceM: number): Ended {
  return begin("repair", null, (key) => api.repair(name, repairedName(name), toleranceM, key));
}

export function publish(name: string, body: api.Publishing): Ended {
  return begin("publish", null, (key) => api.publish(name, body, key));
}

/** Follows on with a job that was begun before the page was loaded again. */
export function resume(jobs: readonly Job[]): Ended {
  const job = jobs.find(({ state }) => state === "running");
  if (!job || busy()) return Promise.resolve(null);
  return begin(job.kind, null, () => Promise.resolve(job));
}

async function begin(
  purpose: Purpose,
  first: Work | null,
  ask: (key: api.Key, signal: AbortSignal) => Promise<Job>,
): Ended {
  if (!isIn()) return null;
  const key = keyNow();
  running?.abort();
  const controller = new AbortController();
  running = controller;
  if (first) work.value = first;
  try {
    const job = await follow(purpose, await ask(key, controller.signal), key, controller.signal);
    if (job.state === "cancelled") {
      work.value = { state: "cancelled", purpose };
    } else if (job.state === "failed") {
      work.value = { state: "failed", purpose, problem: job.problem ?? null };
    } else {
      work.value = { state: "done", purpose, job };
      await Promise.all([loadList(), purpose === "publish" && loadTileset()]);
      return job.edition ?? null;
    }
  } catch (error) {
    if (controller.signal.aborted) work.value = { state: "cancelled", purpose };
    else work.value = { state: "failed", purpose, problem: heed(error) };
  }
  return null;
}

async function follow(purpose: Purpose, begun: Job, key: api.Key, signal: AbortSignal): Promise<Job> {
  let silences = 0;
  let job = begun;
  while (job.state === "running") {
    const now = work.peek();
    work.value = { state: "running", purpose, job, ending: now.state === "running" && now.ending };
    await new Promise((wait) => setTimeout(wait, PAUSE_MS));
    if (signal.aborted) throw signal.reason;
    try {
      job = await api.job(job.id, key);
      silences = 0;
    } catch (error) {
      const problem = heed(error);
      if ((problem !== null && problem.status < 500) || ++silences > MOST_SILENCES) throw error;
    }
  }
  return job;
}

/** Ends an upload at once; a job ends when it hears of it, and keeps nothing. */
export async function cancel(): Promise<void> {
  const now = work.peek();
  if (now.state === "sending") {
    running?.abort();
  } else if (now.state === "running") {
    work.value = { ...now, ending: true };
    // If the service does not hear it, the job goes on, and the page goes on showing it.
    if (isIn()) await api.endJob(now.job.id, keyNow()).catch(heed);
  }
}

export function forgetWork(): void {
  if (!busy()) work.value = { state: "none" };
}
