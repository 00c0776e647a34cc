// A report that is being written: where it would go, and sending it once.
import { effect, signal } from "@preact/signals";
import { problemIn } from "../../api/client.ts";
import { assign, send as sendReport } from "../../api/reports.ts";
import type { AssignmentDetail, NewReport, Problem } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { answer, placeOf } from "../answer.ts";
import { fold } from "./list.ts";
import { openReport, openSent, page, said } from "./page.ts";
import { keyNow, session } from "./session.ts";

export interface Draft {
  readonly category: string;
  readonly description: string;
  readonly name: string;
  readonly phone: string;
}

const EMPTY: Draft = { category: "", description: "", name: "", phone: "" };

export const draft = signal<Draft>(EMPTY);
/** Who would have it; null while there is no place or no kind yet. */
export const preview = signal<AssignmentDetail | null>(null);
export const sending = signal(false);
export const unsent = signal<{ readonly problem: Problem | null } | null>(null);

/** What the service wants for the words, where it only decides. */
const NO_WORDS = "…";

/** Made with the first attempt, and kept until what is sent is another report. */
let once: { readonly key: string; readonly of: string } | null = null;

export function write(part: Partial<Draft>): void {
  draft.value = { ...draft.peek(), ...part };
}

effect(() => {
  const at = page.value.at === "new" ? placeOf(answer.value) : undefined;
  const { category } = draft.value;
  if (!at || category === "") {
    preview.value = null;
    return;
  }
  const controller = new AbortController();
  const asked = { category, description: NO_WORDS, lon: at.lon, lat: at.lat, source: "map" as const };
  assign(asked, keyNow(), controller.signal).then(
    (found) => {
      preview.value = found;
    },
    () => {
      if (!controller.signal.aborted) preview.value = null;
    },
  );
  return () => controller.abort();
});

export async function send(): Promise<void> {
  const at = placeOf(answer.peek());
  if (!at || sending.peek()) return;
  const { category, description, name, phone } = draft.peek();
  const reporter = { ...(name.trim() && { name: name.trim() }), ...(phone.trim() && { phone: phone.trim() }) };
  const report: NewReport = {
    category,
    description: description.trim(),
    lon: at.lon,
    lat: at.lat,
    source: "map",
    ...(Object.keys(reporter).length > 0 && { reporter }),
  };
  const of = JSON.stringify(report);
  if (once?.of !== of) once = { key: newKey(), of };
  sending.value = true;
  unsent.value = null;
  try {
    const kept = await sendReport(report, once.key, keyNow());
    draft.value = EMPTY;
    once = null;
    if (session.peek().state === "in") {
      fold([kept]);
      openReport(kept.id);
      said.value = reportWords.value.new.kept;
    } else openSent(kept);
  } catch (error) {
    unsent.value = { problem: problemIn(error) };
  } finally {
    sending.value = false;
  }
}

/** `crypto.randomUUID` is there over https only. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
