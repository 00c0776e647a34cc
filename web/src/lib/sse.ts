// Server-sent events read from text as it arrives. `EventSource` cannot send a key, so the stream is read by `fetch`.

export interface SentEvent {
  /** The last one given, also by an earlier event. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** A reader that is given the text piece by piece, and gives back the events that became whole. */
export function eventReader(): (text: string) => SentEvent[] {
  let rest = "";
  let id = "";
  let event = "";
  let data: string[] = [];
  const take = (line: string): SentEvent | null => {
    if (line === "") {
      const whole = data.length === 0 ? null : { id, event: event || "message", data: data.join("\n") };
      event = "";
      data = [];
      return whole;
    }
    const at = line.indexOf(":");
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    return null;
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    return lines.map(take).filter((whole) => whole !== null);
  };
}
