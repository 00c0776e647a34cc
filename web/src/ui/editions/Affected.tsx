// The party groups and leaders whose grids change.
import type { Comparison } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";

export function Affected({ comparison }: { comparison: Comparison }) {
  const says = editionWords.value.compare;
  const groups: string[] = comparison.party_groups ?? [];
  const leaders: string[] = comparison.leaders ?? [];
  if (groups.length + leaders.length === 0) return null;
  return (
    <details class="affected">
      <summary>
        {says.people}
        <small>
          {says.partyGroups} {groups.length} · {says.leaders} {leaders.length}
        </small>
      </summary>
      <h4>{says.partyGroups}</h4>
      <p>{groups.join("、")}</p>
      <h4>{says.leaders}</h4>
      <p>{leaders.join("、")}</p>
    </details>
  );
}
