// The party groups and leaders who hand land over, and to whom.
import type { Answering, Comparison } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";

const MOST = 200;

export function Affected({ comparison }: { comparison: Comparison }) {
  const says = editionWords.value;
  const { hand_overs, summary } = comparison;
  if (hand_overs.length === 0) return <p class="note">{says.compare.nobody}</p>;
  return (
    <details class="affected">
      <summary>
        {says.compare.people}
        <span class="count">{summary.hand_overs.toLocaleString("en")}</span>
      </summary>
      <ul>
        {hand_overs.slice(0, MOST).map(({ from, to, area_km2 }) => (
          <li key={JSON.stringify([from, to])} class="hand-over">
            <span class="who">
              {named(from)} → {named(to)}
            </span>
            <span class="measure">{says.area(area_km2 * 1e6)}</span>
          </li>
        ))}
      </ul>
      {summary.hand_overs > MOST && <p class="note">{says.work.more(summary.hand_overs - MOST)}</p>}
    </details>
  );
}

function named(who: Answering | null | undefined): string {
  return [who?.party_group, who?.leader].filter(Boolean).join(" ") || editionWords.value.compare.nobodyAnswers;
}
