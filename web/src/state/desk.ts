// Which panel of work is open beside the map. They are loaded when they are opened first; the map has to know without them.
import { signal } from "@preact/signals";

export type Desk = "editions" | "reports";

export const desk = signal<Desk | null>(null);

/** Whether the open panel wants the place that is pointed at on the map; without a panel everybody does. */
export const pointing = signal(false);
