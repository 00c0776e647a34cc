// The calls about reports: what came in, who has it, what is done with it.
import { call } from "./client.ts";
import type {
  AssignmentDetail,
  Category,
  DuplicateReport,
  Explanation,
  NewReport,
  ReportAction,
  ReportDetail,
  ReportPage,
  ReportStep,
  SessionDetail,
} from "./types.ts";

/** A key in force; null for whoever the browser's cookie says, or nobody. */
export type Key = string | null;

const at = (id: string): string => `/v1/reports/${encodeURIComponent(id)}`;

export async function categories(): Promise<Category[]> {
  return (await call<{ categories: Category[] }>("/v1/categories")).categories;
}

/** `query` as the service names its parameters. The latest come first. */
export function reports(query: URLSearchParams, key: Key, signal?: AbortSignal): Promise<ReportPage> {
  return call(`/v1/reports?${query}`, { key, signal });
}

/** With `token`, whoever sent it without a key may look too. */
export function report(id: string, key: Key, token?: string | null, signal?: AbortSignal): Promise<ReportDetail> {
  return call(at(id) + withToken(token), { key, signal });
}

export function explain(id: string, key: Key, token?: string | null, signal?: AbortSignal): Promise<Explanation> {
  return call(`${at(id)}/explain${withToken(token)}`, { key, signal });
}

/** What may tell the same, the nearest first. */
export async function duplicates(id: string, key: Key, signal?: AbortSignal): Promise<DuplicateReport[]> {
  return (await call<{ duplicates: DuplicateReport[] }>(`${at(id)}/duplicates`, { key, signal })).duplicates;
}

/** Where it would go; nothing is kept. */
export function assign(report: NewReport, key: Key, signal?: AbortSignal): Promise<AssignmentDetail> {
  return call("/v1/assign", { method: "POST", body: report, key, signal });
}

/** `once` is made for this report and sent again with it, so that it is never there twice. */
export function send(report: NewReport, once: string, key: Key): Promise<ReportDetail> {
  return call("/v1/reports", { method: "POST", body: report, key, headers: { "idempotency-key": once } });
}

/** One step, if the report is still of that version. */
export function act(
  { id, version }: Pick<ReportDetail, "id" | "version">,
  action: ReportAction,
  step: ReportStep,
  key: Key,
): Promise<ReportDetail> {
  return call(`${at(id)}/${action}`, { method: "POST", body: step, key, headers: { "if-match": `"${version}"` } });
}

function withToken(token: string | null | undefined): string {
  return token ? `?${new URLSearchParams({ token })}` : "";
}

/** Without a key, whoever the browser's cookie says. */
export function who(key: Key, signal?: AbortSignal): Promise<SessionDetail> {
  return call("/v1/session", { key, signal });
}
