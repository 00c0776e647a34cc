// Which page of the panel of reports is open. The map and the address have to know without the panel.
import { batch, signal } from "@preact/signals";
import type { ReportDetail } from "../../api/types.ts";
import type { Place } from "../../lib/place.ts";
import { ask, forget } from "../answer.ts";
import { desk, pointing } from "../desk.ts";

export type Page =
  | { readonly at: "list" }
  | { readonly at: "report"; readonly id: string; readonly token: string | null }
  /** The place is the one that was asked about last. */
  | { readonly at: "new" }
  | { readonly at: "sent"; readonly report: ReportDetail };

export const page = signal<Page>({ at: "list" });

/** How something ended that the reader asked for, until the next page. */
export const said = signal("");

export function openList(): void {
  turn({ at: "list" });
}

export function openReport(id: string, token: string | null = null): void {
  turn({ at: "report", id, token });
}

export function openNew(at: Place | null): void {
  batch(() => {
    turn({ at: "new" }, at !== null);
    pointing.value = true;
    if (at) void ask({ place: at });
  });
}

export function openSent(report: ReportDetail): void {
  turn({ at: "sent", report }, true);
}

export function closePanel(): void {
  batch(() => {
    turn({ at: "list" });
    desk.value = null;
  });
}

function turn(to: Page, keepsAnswer = false): void {
  batch(() => {
    said.value = "";
    pointing.value = false;
    if (!keepsAnswer) forget();
    desk.value = "reports";
    page.value = to;
  });
}
