// Whether the panel of the editions is open. It is loaded when it is opened first; the map has to know without it.
import { signal } from "@preact/signals";

export const deskOpen = signal(false);
