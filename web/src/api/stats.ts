// The calls about how reports stand: counts, and the same as a file.
import { call, Failure, problemOf } from "./client.ts";
import type { Key } from "./reports.ts";
import type { Stats } from "./types.ts";

export type TableForm = "csv" | "xlsx";

export function stats(query: URLSearchParams, key: Key, signal?: AbortSignal): Promise<Stats> {
  return call(`/v1/stats?${query}`, { key, signal });
}

/** A link could not carry the key, so the page fetches the file. */
export async function statsTable(query: URLSearchParams, form: TableForm, key: Key): Promise<Blob> {
  const asked = new URLSearchParams(query);
  asked.set("f", form);
  let response: Response;
  try {
    response = await fetch(`/v1/stats?${asked}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
  } catch {
    throw new Failure(null);
  }
  if (!response.ok) throw new Failure(problemOf(response.status, await response.text()));
  return response.blob();
}
