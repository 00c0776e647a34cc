// Finds a grid by what people know of it, and hands it on.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useId } from "preact/hooks";
import { findGrids } from "../../api/client.ts";
import type { FoundGrid } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";

const MOST = 6;
/** Long enough that a typed word asks once. */
const PAUSE_MS = 160;

export function GridSearch({ label, choose }: { label: string; choose: (grid: FoundGrid) => void }) {
  const says = reportWords.value.filter;
  const text = useSignal("");
  const found = useSignal<readonly FoundGrid[] | null>(null);
  const id = useId();
  useSignalEffect(() => {
    const typed = text.value.trim();
    found.value = null;
    if (typed === "") return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      // A service that is silent finds nothing; the next letter asks again.
      const grids = await findGrids(typed, MOST, controller.signal).catch(() => null);
      if (!controller.signal.aborted) found.value = grids;
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  });
  return (
    <div class="grid-search">
      <label class="field" for={id}>
        <span>{label}</span>
        <input
          id={id}
          type="search"
          placeholder={says.gridHint}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      <div role="status">
        {found.value?.length === 0 && <p class="note">{says.gridNone}</p>}
        {found.value && found.value.length > 0 && (
          <ul>
            {found.value.map((grid) => (
              <li key={grid.code}>
                <button
                  type="button"
                  onClick={() => {
                    text.value = "";
                    choose(grid);
                  }}
                >
                  <span class="tier">{words.value.tiers[grid.tier]}</span>
                  <span>{grid.name}</span>
                  <code>{grid.code}</code>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
