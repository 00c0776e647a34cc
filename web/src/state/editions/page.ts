// Which page of the panel is open.
import { signal } from "@preact/signals";
import { forgetComparison, loadComparison } from "./comparison.ts";
import { loadList } from "./list.ts";
import { forgetReport, loadReport } from "./report.ts";
import { showComparison, showEdition, showMap } from "./stage.ts";
import { forgetWork } from "./work.ts";

export type Page =
  | { readonly at: "list" }
  | { readonly at: "upload" }
  | { readonly at: "edition"; readonly name: string }
  | { readonly at: "comparison"; readonly before: string; readonly after: string };

export const page = signal<Page>({ at: "list" });

/** How something ended that the reader asked for, until the next page. */
export const said = signal("");

export function openList(): void {
  leave();
  page.value = { at: "list" };
  showMap();
  void loadList();
}

export function openUpload(): void {
  leave();
  page.value = { at: "upload" };
  showMap();
}

export function openEdition(name: string): void {
  leave();
  page.value = { at: "edition", name };
  showEdition(name);
  void loadReport(name);
}

export function openComparison(before: string, after: string): void {
  leave();
  page.value = { at: "comparison", before, after };
  showComparison(before, after);
  void loadComparison(before, after);
}

function leave(): void {
  said.value = "";
  forgetWork();
  forgetReport();
  forgetComparison();
}
