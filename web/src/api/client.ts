// Asks the service the pages came from, and no other.
import type { Place } from "../lib/place.ts";
import type { Crs, FoundGrid, LocateAnswer, Problem, TileJson } from "./types.ts";

/** The service said no, or nothing at all (`problem` is null). */
export class Failure extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null) {
    super(problem?.title ?? "no answer");
    this.problem = problem;
  }
}

/** What the service said to a failed call; null for silence. */
export function problemIn(error: unknown): Problem | null {
  return error instanceof Failure ? error.problem : null;
}

export interface LocateQuery {
  readonly place: Place;
  readonly crs?: Crs;
  readonly accuracyM?: number;
}

export function locate({ place, crs, accuracyM }: LocateQuery, signal?: AbortSignal): Promise<LocateAnswer> {
  const query = new URLSearchParams({ lon: String(place.lon), lat: String(place.lat) });
  if (crs !== undefined) query.set("crs", crs);
  if (accuracyM !== undefined) query.set("accuracy", String(accuracyM));
  return call(`/v1/locate?${query}`, { signal });
}

export async function findGrids(text: string, limit: number, signal?: AbortSignal): Promise<FoundGrid[]> {
  const query = new URLSearchParams({ q: text, limit: String(limit), f: "json" });
  const page = await call<{ grids: FoundGrid[] }>(`/v1/grids?${query}`, { signal });
  return page.grids;
}

/** Of the edition in force, or of a named one; a draft needs a key. */
export function tileset(edition?: string, key?: string | null): Promise<TileJson> {
  return call(edition === undefined ? "/tiles/grids.json" : `/tiles/${encodeURIComponent(edition)}/grids.json`, {
    key: key ?? null,
  });
}

export interface Call {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON; a file is sent as it is, and is a table unless it says otherwise. */
  readonly body?: unknown;
  /** Of an administrator; most calls need none. */
  readonly key?: string | null;
  readonly signal?: AbortSignal | undefined;
  /** Such as `if-match`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** As anybody, also where somebody is signed in. */
  readonly anonymous?: boolean;
}

/** Calls the service; the answer's JSON, or `undefined` where it has none. */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
  const { method = "GET", body, key = null, signal, headers: more, anonymous = false } = options;
  const headers: Record<string, string> = { accept: "application/json", ...more };
  if (key !== null) headers.authorization = `Bearer ${key}`;
  const table = body instanceof Blob;
  if (body !== undefined) headers["content-type"] = table ? body.type || "text/csv" : "application/json";
  const sent = body === undefined ? null : table ? body : JSON.stringify(body);
  let response: Response;
  try {
    const credentials = anonymous ? "omit" : "same-origin";
    response = await fetch(path, { method, headers, body: sent, signal: signal ?? null, credentials });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Failure(null);
  }
  const text = await response.text();
  if (!response.ok) throw new Failure(problemOf(response.status, text));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export function problemOf(status: number, text: string): Problem {
  const plain: Problem = { type: "about:blank", title: `HTTP ${status}`, status };
  try {
    return { ...plain, ...(JSON.parse(text) as Partial<Problem>) };
  } catch {
    return plain;
  }
}
