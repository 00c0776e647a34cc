// What may tell the same as the open report, each with a way to look at it and to merge into it.
import type { DuplicateReport } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { duplicates } from "../../state/reports/duplicates.ts";
import { openReport } from "../../state/reports/page.ts";
import { saidIn } from "../said.ts";
import { Status } from "./List.tsx";
import { MarkOf } from "./Mark.tsx";
import { agoText, placeName } from "./says.ts";

export function Duplicates({ merge }: { merge: (into: string) => void }) {
  const found = duplicates.value;
  if (found.length === 0) return null;
  return (
    <section class="duplicates">
      <h3>{reportWords.value.duplicates.title}</h3>
      <ul>
        {found.map((one) => (
          <li key={one.report.id}>
            <Duplicate found={one} merge={merge} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Duplicate({ found, merge }: { found: DuplicateReport; merge: (into: string) => void }) {
  const says = reportWords.value;
  const { report, distance_m, hours_apart } = found;
  return (
    <>
      <button type="button" class="row" data-duplicate={report.id} onClick={() => openReport(report.id)}>
        <MarkOf report={report} />
        <strong>{says.duplicates.near(says.distance(distance_m), says.duplicates.hours(hours_apart))}</strong>
        <Status report={report} />
        <span class="text">{saidIn(report)}</span>
        <small class="where">{placeName(report.assignment)}</small>
        <small class="when">{agoText(report.created_at)}</small>
      </button>
      <button type="button" class="button merge" onClick={() => merge(report.id)}>
        {says.duplicates.merge}
      </button>
    </>
  );
}
