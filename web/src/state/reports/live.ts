// Keeps the list and the open report as they stand: told by the stream of events, and by asking now and then where there is
// none.
import { signal } from "@preact/signals";
import { followEvents } from "../../api/events.ts";
import { load, look, refresh } from "./list.ts";
import { page } from "./page.ts";
import { reload, shown, told } from "./report.ts";
import { keyNow } from "./session.ts";

/** How news comes: at once, or when they are asked for. */
export const live = signal<"stream" | "asking">("asking");

const ASK_MS = 3_000;
/** While the list is asked for, every so many times all of it. */
const WHOLE_EVERY = 20;
/** Steps told together are looked up together. */
const GATHER_MS = 80;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Begins to follow; the result ends it. */
export function follow(): () => void {
  const end = new AbortController();
  void stream(end.signal);
  let asked = 0;
  const timer = setInterval(() => {
    if (live.peek() === "stream" || document.visibilityState === "hidden") return;
    asked += 1;
    const whole = asked % WHOLE_EVERY === 0;
    void (whole ? load() : look().catch(() => {}));
    if (shown.peek().state === "loaded") void reload();
  }, ASK_MS);
  return () => {
    end.abort();
    clearInterval(timer);
    live.value = "asking";
  };
}

async function stream(end: AbortSignal): Promise<void> {
  let after: string | null = null;
  let wait = SHORTEST_WAIT_MS;
  while (!end.aborted) {
    const onOpen = (): void => {
      live.value = "stream";
      wait = SHORTEST_WAIT_MS;
      // What happened before the stream began, or while there was none.
      void load();
      void reload();
    };
    try {
      await followEvents({
        key: keyNow(),
        after,
        signal: end,
        onOpen,
        onEvent: ({ id, event, data }) => {
          after = id || after;
          if (event.startsWith("report.")) changed(reportIn(data));
        },
      });
    } catch {
      // The list is asked for until there is a stream again.
    }
    if (end.aborted) return;
    live.value = "asking";
    await new Promise((after) => setTimeout(after, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function reportIn(data: string): string | null {
  try {
    const { report } = JSON.parse(data) as { report?: unknown };
    return typeof report === "string" ? report : null;
  } catch {
    return null;
  }
}

let gathered = new Set<string>();

function changed(id: string | null): void {
  if (id === null) return;
  if (gathered.size === 0) setTimeout(lookUp, GATHER_MS);
  gathered.add(id);
}

function lookUp(): void {
  const ids = gathered;
  gathered = new Set();
  void refresh(ids).catch(() => {});
  const open = page.peek();
  if (open.at !== "report" || !ids.has(open.id)) return;
  told.value += 1;
  void reload();
}
