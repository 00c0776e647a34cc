// The stream of what happens to reports and editions.
import { eventReader, type SentEvent } from "../lib/sse.ts";
import { Failure, problemOf } from "./client.ts";
import type { Key } from "./reports.ts";

/** Longer than the service is ever silent: a stream that says nothing for so long is broken. */
const SILENCE_MS = 40_000;

export interface Follower {
  readonly key: Key;
  /** Number of the last event that is known; the stream goes on after it. */
  readonly after: string | null;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEvent: (event: SentEvent) => void;
}

/** Ends only when the stream does: with an error, or because the service ended it. */
export async function followEvents({ key, after, signal, onOpen, onEvent }: Follower): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (key !== null) headers.authorization = `Bearer ${key}`;
  if (after !== null) headers["last-event-id"] = after;
  try {
    const both = AbortSignal.any([signal, silence.signal]);
    const response = await fetch("/v1/events", { headers, cache: "no-store", signal: both });
    if (!response.ok || !response.body) throw new Failure(problemOf(response.status, await response.text()));
    onOpen();
    const read = eventReader();
    const texts = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await texts.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const event of read(value)) onEvent(event);
    }
  } finally {
    clearTimeout(timer);
  }
}
