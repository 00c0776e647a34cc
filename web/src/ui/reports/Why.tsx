// Why a report went where it went: every decision in words, and whether deciding again gives the same.
import type { Explanation } from "../../api/types.ts";
import { language } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { explained, loadExplained } from "../../state/reports/report.ts";

export function Why() {
  const says = reportWords.value;
  const now = explained.value;
  return (
    <details
      class="why"
      onToggle={(event) => {
        if (event.currentTarget.open && !explained.peek()) void loadExplained();
      }}
    >
      <summary>{says.why.title}</summary>
      {now ? (
        <ol>
          {now.decisions.map((decision) => (
            <Decision key={decision.step} decision={decision} />
          ))}
        </ol>
      ) : (
        <p class="waiting">{says.loading}</p>
      )}
    </details>
  );
}

function Decision({ decision }: { decision: Explanation["decisions"][number] }) {
  const says = reportWords.value;
  const { assignment, same_again, words } = decision;
  return (
    <li class="decision">
      <p class="when">{says.time(assignment.decided_at)}</p>
      <ul>
        {words.map((sentence) => (
          <li key={sentence.en}>{sentence[language.value]}</li>
        ))}
      </ul>
      <p class={same_again === false ? "again wrong" : "again"}>
        {same_again === true ? says.why.again : same_again === false ? says.why.differs : says.why.unknown}
        <small>{says.why.basis(assignment.edition, String(assignment.roster ?? "–"), assignment.rules)}</small>
      </p>
    </li>
  );
}
