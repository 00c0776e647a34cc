// What a repair did to the draft that is looked at, the farthest moves first.
import { useSignal } from "@preact/signals";
import { editionWords } from "../../i18n/editions/index.ts";
import { boxAround } from "../../lib/boxes.ts";
import { reported } from "../../state/editions/report.ts";
import { flight } from "../../state/editions/stage.ts";
import { Who } from "./Who.tsx";

const PAGE = 50;

/** To the centimetre: that is what the lattice has. */
const metres = (moved: number): string => (moved > 0 && moved < 0.005 ? "<0.01" : moved.toFixed(2));

export function Repairs() {
  const says = editionWords.value.repairs;
  const most = useSignal(PAGE);
  const now = reported.value;
  if (now.state !== "loaded" || now.report.repairs.length === 0) return null;
  const repairs = now.report.repairs.toSorted((a, b) => b.moved_m - a.moved_m);
  return (
    <details class="repairs-done">
      <summary>
        {says.title}
        <small>{says.summary(repairs.length, metres(repairs[0]?.moved_m ?? 0))}</small>
      </summary>
      <ul>
        {repairs.slice(0, most.value).map((repair) => (
          <li key={`${repair.action} ${repair.grids} ${repair.place}`}>
            <button
              type="button"
              class="problem"
              disabled={!repair.place}
              onClick={() => {
                flight.value = boxAround(repair.place);
              }}
            >
              <span class="who">
                {says.actions[repair.action] ?? repair.action}
                <small>
                  <Who codes={repair.grids} />
                </small>
              </span>
              {repair.moved_m > 0 && <span class="measure">{says.moved(metres(repair.moved_m))}</span>}
            </button>
          </li>
        ))}
      </ul>
      {repairs.length > most.value && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            most.value += PAGE * 4;
          }}
        >
          {editionWords.value.report.more(repairs.length - most.value)}
        </button>
      )}
    </details>
  );
}
