// What colours, shapes and rings on the map mean.
import { LEVELS, STATUSES } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { Mark } from "./Mark.tsx";

export function Legend() {
  const says = reportWords.value;
  return (
    <details class="legend" open>
      <summary>{says.legend.title}</summary>
      <p>{says.legend.status}</p>
      <ul>
        {STATUSES.map((status) => (
          <li key={status}>
            <Mark status={status} level="tier3" />
            {says.status[status]}
          </li>
        ))}
      </ul>
      <p>{says.legend.level}</p>
      <ul>
        {LEVELS.map((level) => (
          <li key={level}>
            <Mark status="reported" level={level} />
            {says.level[level]}
          </li>
        ))}
        <li>
          <Mark status="reported" level="tier3" late />
          {says.legend.overdue}
        </li>
        <li>
          <span class="heap" aria-hidden="true">
            7
          </span>
          {says.legend.cluster}
        </li>
      </ul>
    </details>
  );
}
