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

export interface LocateQuery {
  readonly place: Place;
  readonly crs?: Crs;
  readonly accuracyM?: number;
}

export function locate({ place, crs, accuracyM }: LocateQuery, signal?: AbortSignal): Promise<LocateAnswer> {
  const query = new URLSearchParams({ lon: String(place.lon), lat: String(place.lat) });
  if (crs !== undefined) query.set("crs", crs);
  if (accuracyM !== undefined) query.set("accuracy", String(accuracyM));
  return get(`/v1/locate?${query}`, signal);
}

export async function findGrids(text: string, limit: number, signal?: AbortSignal): Promise<FoundGrid[]> {
  const query = new URLSearchParams({ q: text, limit: String(limit), f: "json" });
  const page = await get<{ grids: FoundGrid[] }>(`/v1/grids?${query}`, signal);
  return page.grids;
}

export function tileset(signal?: AbortSignal): Promise<TileJson> {
  return get("/tiles/grids.json", signal);
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { accept: "application/json" }, signal: signal ?? null });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Failure(null);
  }
  if (!response.ok) throw new Failure(await problemOf(response));
  return (await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const plain: Problem = { type: "about:blank", title: `HTTP ${response.status}`, status: response.status };
  try {
    return { ...plain, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return plain;
  }
}
