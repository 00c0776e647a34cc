// Known reports that would lie in another grid: how many, and from which grid to which.
import type { ComparedReports } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { boxOf } from "../../state/editions/changes.ts";
import { countReports, reports } from "../../state/editions/comparison.ts";
import { flight } from "../../state/editions/stage.ts";
import { Failed } from "./Failed.tsx";

const MOST = 200;

export function MovedReports({ before, after }: { before: string; after: string }) {
  const says = editionWords.value.compare;
  const now = reports.value;
  return (
    <>
      <div role="status">
        {now.state === "counting" && <p class="waiting">{says.countingReports}</p>}
        {now.state === "counted" && now.found.looked_at.all === 0 && <p class="note">{says.noReports}</p>}
      </div>
      {now.state === "counted" && now.found.looked_at.all > 0 && <Counted found={now.found} />}
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void countReports(before, after)} />}
    </>
  );
}

function Counted({ found }: { found: ComparedReports }) {
  const says = editionWords.value;
  const { looked_at, another_grid, recoded, handed_over, without_position, back_to, pairs } = found;
  const text = (count: number): string => count.toLocaleString("en");
  const left = found.left_out + Math.max(0, pairs.length - MOST);
  return (
    <details class="places moved-reports">
      <summary>{says.compare.openReports(another_grid.open)}</summary>
      <p class="counted">{says.compare.reports(text(looked_at.all), text(another_grid.all), text(handed_over.all))}</p>
      {recoded.all > 0 && <p class="note">{says.compare.recodedReports(text(recoded.all), text(recoded.open))}</p>}
      {without_position.all > 0 && <p class="note">{says.compare.withoutPosition(text(without_position.all))}</p>}
      {back_to && <p class="note">{says.compare.backTo(back_to)}</p>}
      <ul>
        {pairs.slice(0, MOST).map((pair) => (
          <li key={`${pair.from?.code} ${pair.to?.code}`}>
            <button
              type="button"
              class="problem"
              onClick={() => {
                flight.value = boxOf(pair.bbox);
              }}
            >
              <span class="who">
                {named(pair.from)} → {named(pair.to)}
                <small>
                  {pair.from?.code ?? "—"} → {pair.to?.code ?? "—"}
                </small>
              </span>
              <span class="measure">
                {says.compare.pairReports(text(pair.reports.open), text(pair.reports.all))}
                {pair.recoded && <small>{says.compare.kinds.recoded}</small>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {left > 0 && <p class="note">{says.work.more(left)}</p>}
    </details>
  );
}

type Grid = ComparedReports["pairs"][number]["from"];

const named = (grid: Grid): string => grid?.name || grid?.code || editionWords.value.compare.outside;
