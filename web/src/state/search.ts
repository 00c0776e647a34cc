// The search box: what was typed, and the grids it finds.
import { effect, signal } from "@preact/signals";
import { Failure, findGrids } from "../api/client.ts";
import type { FoundGrid, Problem } from "../api/types.ts";
import { place } from "../lib/place.ts";
import { ask } from "./answer.ts";
import { wish } from "./camera.ts";

export type Findings =
  | { readonly state: "none" }
  | { readonly state: "found"; readonly grids: readonly FoundGrid[] }
  | { readonly state: "failed"; readonly problem: Problem | null };

const MOST = 12;
/** Long enough that a typed word asks once, short enough not to be noticed. */
const PAUSE_MS = 160;

export const query = signal("");
export const findings = signal<Findings>({ state: "none" });

effect(() => {
  const text = query.value.trim();
  if (text === "") {
    findings.value = { state: "none" };
    return;
  }
  const controller = new AbortController();
  const timer = setTimeout(() => void find(text, controller.signal), PAUSE_MS);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
});

async function find(text: string, signal: AbortSignal): Promise<void> {
  try {
    const grids = await findGrids(text, MOST, signal);
    if (!signal.aborted) findings.value = { state: "found", grids };
  } catch (error) {
    if (signal.aborted) return;
    findings.value = { state: "failed", problem: error instanceof Failure ? error.problem : null };
  }
}

/** Shows a found grid on the map, and who answers at its label. */
export function show(grid: FoundGrid): void {
  const [west, south, east, north] = grid.bbox ?? [];
  if (west !== undefined && south !== undefined && east !== undefined && north !== undefined) {
    wish.value = { to: "box", box: [west, south, east, north] };
  }
  const [lon, lat] = grid.label ?? [];
  if (lon !== undefined && lat !== undefined) void ask({ place: place(lon, lat) });
}
