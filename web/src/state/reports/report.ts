// The report whose page is open: its story, why it went where it went, and the steps that are taken with it.
import { batch, effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { act, explain, report as fetchReport } from "../../api/reports.ts";
import type { Explanation, Problem, ReportAction, ReportDetail, ReportStep } from "../../api/types.ts";
import type { Box } from "../../lib/place.ts";
import { wish } from "../camera.ts";
import { fold } from "./list.ts";
import { page } from "./page.ts";
import { heed, keyNow, session } from "./session.ts";

/** Degrees shown on each side of a report: a place is known by what lies around it. */
const SURROUNDINGS = 0.012;

export type Shown =
  | { readonly state: "none" }
  | { readonly state: "loading" }
  /** The link names no report. */
  | { readonly state: "unknown" }
  | { readonly state: "loaded"; readonly report: ReportDetail }
  | { readonly state: "failed"; readonly problem: Problem | null };

export const shown = signal<Shown>({ state: "none" });

/** Counts what was told of the open report: a photo is no step. */
export const told = signal(0);

/** Why it went where it went; asked for when somebody wants to know. */
export const explained = signal<Explanation | null>(null);

/** Why a step was not taken. `changed`: somebody else took one meanwhile. */
export const refused = signal<{ readonly problem: Problem | null; readonly changed: boolean } | null>(null);

/** A note that was written for a step that was refused: nobody types it twice. */
export const draftNote = signal("");

effect(() => {
  const open = page.value;
  // Who signs in, or out, may see another report than before.
  const signedIn = session.value.state;
  batch(() => {
    refused.value = null;
    explained.value = null;
    draftNote.value = "";
    shown.value = { state: open.at !== "report" ? "none" : open.id === "" ? "unknown" : "loading" };
  });
  if (open.at !== "report" || open.id === "") return;
  if (signedIn === "trying" || (signedIn !== "in" && open.token === null)) return;
  void show(open.id, open.token);
});

async function show(id: string, token: string | null): Promise<void> {
  const report = await fetched(id, token);
  if (report) wish.value = { to: "box", box: around(report) };
}

/** A box, which the map brings into what the panel leaves free. */
function around({ lon, lat }: ReportDetail): Box {
  return [lon - SURROUNDINGS, lat - SURROUNDINGS, lon + SURROUNDINGS, lat + SURROUNDINGS];
}

/** Fetches the open report again. */
export async function reload(): Promise<void> {
  const open = page.peek();
  if (open.at === "report" && open.id !== "" && shown.peek().state !== "none") await fetched(open.id, open.token);
}

async function fetched(id: string, token: string | null): Promise<ReportDetail | null> {
  const stillOpen = (): boolean => {
    const open = page.peek();
    return open.at === "report" && open.id === id;
  };
  try {
    const report = await fetchReport(id, keyNow(), token);
    if (!stillOpen()) return null;
    const before = shown.peek();
    if (before.state === "loaded" && before.report.version > report.version) return null;
    if (before.state !== "loaded" || before.report.version < report.version) {
      shown.value = { state: "loaded", report };
      if (before.state === "loaded" && explained.peek()) void loadExplained();
    }
    return report;
  } catch (error) {
    const problem = heed(error);
    // What is shown stays readable while the service is silent.
    if (stillOpen() && (problem || shown.peek().state !== "loaded")) shown.value = { state: "failed", problem };
    return null;
  }
}

export async function loadExplained(): Promise<void> {
  const open = page.peek();
  if (open.at !== "report") return;
  try {
    const found = await explain(open.id, keyNow(), open.token);
    if (page.peek() === open) explained.value = found;
  } catch (error) {
    heed(error);
  }
}

/** Takes a step with the report as somebody saw it, by its version; whether it was taken. */
export async function take(action: ReportAction, step: ReportStep, seen?: number): Promise<boolean> {
  const now = shown.peek();
  if (now.state !== "loaded") return false;
  const { id, version } = now.report;
  refused.value = null;
  try {
    const report = await act({ id, version: seen ?? version }, action, step, keyNow());
    fold([report]);
    draftNote.value = "";
    await reload();
    return true;
  } catch (error) {
    const problem = problemIn(error);
    heed(error);
    const changed = problem?.status === 412;
    batch(() => {
      refused.value = { problem, changed };
      draftNote.value = step.note ?? "";
    });
    if (changed || problem?.status === 409) await reload();
    return false;
  }
}
