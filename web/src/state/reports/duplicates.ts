// What may tell the same as the open report, for whoever may merge it: a proposal, which a person judges.
import { computed, effect, signal } from "@preact/signals";
import { duplicates as fetchDuplicates } from "../../api/reports.ts";
import type { DuplicateReport } from "../../api/types.ts";
import { shown } from "./report.ts";
import { heed, keyNow } from "./session.ts";

export const duplicates = signal<readonly DuplicateReport[]>([]);

/** The id of the open report, where it can be merged; another step with it changes nothing about what is near. */
const mergeable = computed(() => {
  const now = shown.value;
  return now.state === "loaded" && now.report.actions?.includes("merge") ? now.report.id : null;
});

effect(() => {
  const id = mergeable.value;
  duplicates.value = [];
  if (id === null) return;
  const controller = new AbortController();
  fetchDuplicates(id, keyNow(), controller.signal).then(
    (found) => {
      if (!controller.signal.aborted) duplicates.value = found;
    },
    (error) => {
      if (!controller.signal.aborted) heed(error);
    },
  );
  return () => controller.abort();
});
