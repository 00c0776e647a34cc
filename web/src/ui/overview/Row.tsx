// The numbers of a kind or of a grid, behind its name.
import type { StatsRow } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { percent } from "../../lib/measure.ts";

export function Heads() {
  const says = overviewWords.value.categories;
  const columns = [says.reports, says.settled, says.rate, says.hours, says.overdue];
  return (
    <>
      {columns.map((column) => (
        <th key={column} scope="col" class="number">
          {column}
        </th>
      ))}
    </>
  );
}

export function Numbers({ row }: { row: StatsRow }) {
  const { count, hours } = overviewWords.value;
  const rate = row.completion_rate;
  return (
    <>
      <td class="number">{count(row.reports)}</td>
      <td class="number">{count(row.settled)}</td>
      <td class="number">{rate === null || rate === undefined ? "—" : percent(rate)}</td>
      <td class="number">{hours(row.median_hours_to_settle)}</td>
      <td class="number" data-late={row.overdue > 0}>
        {count(row.overdue)}
      </td>
    </>
  );
}
