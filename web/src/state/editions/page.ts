// Which page of the panel is open.
import { signal } from "@preact/signals";
import { editionWords } from "../../i18n/editions/index.ts";
import { forgetComparison, loadComparison } from "./comparison.ts";
import { loadList } from "./list.ts";
import { forgetReport, loadReport } from "./report.ts";
import { showComparison, showEdition, showMap } from "./stage.ts";
import { forgetWork, work } from "./work.ts";

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

/** Opens what the work has made, and says how it came out. */
export function openMade(name: string): void {
  const now = work.peek();
  const counts = now.state === "done" ? now.job.result?.counts : undefined;
  openEdition(name);
  if (counts) said.value = editionWords.value.work.made(name, counts.errors, counts.warnings);
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
