// What the address after `#` says: the chosen place and how close to look at it, or a report.
import { formatPlace, type Place, parsePlace } from "./place.ts";

export interface Link {
  readonly place: Place;
  readonly zoom: number | null;
}

export function formatLink({ place, zoom }: Link): string {
  const at = formatPlace(place).replace(" ", "");
  return zoom === null ? `#at=${at}` : `#at=${at}&z=${zoom.toFixed(1)}`;
}

/** Null for an address without a place, or one that was cut or mistyped. */
export function parseLink(hash: string): Link | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const place = parsePlace(values.get("at") ?? "");
  const zoom = Number.parseFloat(values.get("z") ?? "");
  return place && { place, zoom: zoom >= 0 && zoom <= 24 ? zoom : null };
}

export interface ReportLink {
  /** Empty for what cannot be the number of a report. */
  readonly id: string;
  /** By which whoever sent it without a key may look at it. */
  readonly token: string | null;
}

export function formatReportLink({ id, token }: ReportLink): string {
  return `#${new URLSearchParams(token === null ? { report: id } : { report: id, token })}`;
}

/** Null for an address that is of no report; one that was cut or mistyped leads to none, and says so. */
export function parseReportLink(hash: string): ReportLink | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const id = values.get("report");
  if (id === null) return null;
  return /^[0-9a-z-]{1,40}$/.test(id) ? { id, token: values.get("token") } : { id: "", token: null };
}
