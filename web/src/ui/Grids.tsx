// The grids of a place, or that it has none and which is nearest.
import type { LocateAnswer } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import { standIn } from "./Team.tsx";

/** The smallest grid as the title, with all tiers below it. */
export function Grids({ answer }: { answer: LocateAnswer }) {
  const says = words.value;
  const smallest = answer.grids.at(-1);
  if (!smallest) {
    return (
      <>
        <h2>{says.outside}</h2>
        {answer.nearest && (
          <p class="nearest" data-code={answer.nearest.code}>
            {says.nearest(answer.nearest.name, answer.nearest.distance_m)}
          </p>
        )}
      </>
    );
  }
  return (
    <>
      <h2>{smallest.name}</h2>
      <ol class="grids">
        {answer.grids.map((grid) => (
          <li key={grid.code} data-tier={grid.tier} data-code={grid.code}>
            <span class={`tier tier-${grid.tier}`}>{says.tiers[grid.tier]}</span>
            <span class="name">{grid.name}</span>
            <code title={says.code}>{grid.code}</code>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What the service thinks the reader should look at, such as coordinates that look swapped. */
export function Warnings({ answer }: { answer: LocateAnswer }) {
  const warnings = answer.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <section class="warnings" aria-label={words.value.warnings}>
      <ul>
        {warnings.map((warning) => (
          <li key={warning.code}>{words.value.warningTexts[warning.code] ?? warning.message}</li>
        ))}
      </ul>
    </section>
  );
}

/** One sentence for a screen reader. */
export function announcement(answer: LocateAnswer): string {
  const says = words.value;
  if (answer.grids.length === 0) {
    const { nearest } = answer;
    return nearest ? `${says.outside}。${says.nearest(nearest.name, nearest.distance_m)}` : says.outside;
  }
  const instead = standIn(answer);
  const team = says.announce(
    answer.grids.map((grid) => grid.name).join(" · "),
    answer.responsible?.party_group ?? says.noGrid,
    answer.responsible?.leader?.name ?? says.noGrid,
  );
  return instead ? `${team} ${instead.why}: ${instead.who.name}` : team;
}
