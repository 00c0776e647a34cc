// The calls of an administrator: editions, their reports, what another edition would do, publishing.
import { type Call, call } from "./client.ts";
import type { ComparedPlaces, ComparedReports, Comparison, Edition, Job, Report, Strips } from "./types.ts";

/** A key in force; null for whoever the browser's cookie says, or what everybody may see. */
export type Key = string | null;

const at = (name: string): string => `/v1/editions/${encodeURIComponent(name)}`;

export async function editions(key: Key): Promise<Edition[]> {
  return (await call<{ editions: Edition[] }>("/v1/editions", { key })).editions;
}

/** Only an administrator may see the jobs, so this also tells whether somebody is one. */
export async function jobs(key: Key): Promise<Job[]> {
  return (await call<{ jobs: Job[] }>("/v1/jobs", { key })).jobs;
}

export function job(id: string, key: Key): Promise<Job> {
  return call(`/v1/jobs/${encodeURIComponent(id)}`, { key });
}

/** Asks a job to end; it may be done before it hears of it. */
export function endJob(id: string, key: Key): Promise<unknown> {
  return call(`/v1/jobs/${encodeURIComponent(id)}`, { method: "DELETE", key });
}

export function report(name: string, key: Key, signal?: AbortSignal): Promise<Report> {
  return call(`${at(name)}/report?f=json`, { key, signal });
}

export interface Publishing {
  /** RFC 3339; at once without it. */
  readonly from?: string;
  readonly allow?: readonly string[];
  readonly confirm?: boolean;
}

export function publish(name: string, body: Publishing, key: Key): Promise<Job> {
  return post(`${at(name)}/publish`, { body, key });
}

/** Makes another draft, called `edition`. */
export function repair(name: string, edition: string, toleranceM: number, key: Key): Promise<Job> {
  return post(`${at(name)}/repair`, { body: { tolerance_m: toleranceM, edition }, key });
}

export function rollBack(key: Key): Promise<Edition> {
  return post("/v1/rollback", { key });
}

/** Takes back what is scheduled: from that moment on, what is in force without it stays so. */
export function withdraw(name: string, key: Key): Promise<Edition> {
  return post(`${at(name)}/withdraw`, { key });
}

export function discard(name: string, key: Key): Promise<unknown> {
  return call(at(name), { method: "DELETE", key });
}

export function compare(before: string, after: string, key: Key, signal?: AbortSignal): Promise<Comparison> {
  return call(`${at(before)}/diff/${encodeURIComponent(after)}?f=json`, { key, signal });
}

export function strips(before: string, after: string, key: Key, signal?: AbortSignal): Promise<Strips> {
  return call(`${at(before)}/diff/${encodeURIComponent(after)}?f=geojson`, { key, signal });
}

/** How many known reports would lie in another grid: for who may read reports. */
export function compareReports(
  before: string,
  after: string,
  key: Key,
  signal?: AbortSignal,
): Promise<ComparedReports> {
  return call(`${at(before)}/diff/${encodeURIComponent(after)}/reports`, { key, signal });
}

/** What would become of known places: a table with columns `lon` and `lat`. */
export function comparePlaces(before: string, after: string, table: File, key: Key): Promise<ComparedPlaces> {
  return post(`${at(before)}/diff/${encodeURIComponent(after)}`, { body: table, key });
}

function post<T>(path: string, given: Omit<Call, "method">): Promise<T> {
  return call(path, { ...given, method: "POST" });
}
