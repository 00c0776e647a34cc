// Which level settled how many, and where the reports stand.
import { LEVELS, STATUSES, type StatsRow } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { percent } from "../../lib/measure.ts";
import { Bar } from "./Bar.tsx";

export function Levels({ total }: { total: StatsRow }) {
  const says = overviewWords.value.levels;
  const count = overviewWords.value.count;
  const most = Math.max(...LEVELS.map((level) => total.settled_by[level] ?? 0));
  return (
    <section class="card levels">
      <table>
        <caption>
          <h2>{says.title}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">{says.column}</th>
            <td class="bars" />
            <th scope="col" class="number">
              {says.settled}
            </th>
            <th scope="col" class="number">
              {says.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {LEVELS.map((level) => {
            const settled = total.settled_by[level] ?? 0;
            return (
              <tr key={level} data-level={level}>
                <th scope="row">{says.names[level]}</th>
                <td class="bars">
                  <Bar parts={[settled]} of={most} kinds={["settled"]} />
                </td>
                <td class="number">{count(settled)}</td>
                <td class="number">{total.settled > 0 ? percent(settled / total.settled) : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

export function Statuses({ total }: { total: StatsRow }) {
  const says = overviewWords.value.status;
  const count = overviewWords.value.count;
  const most = Math.max(...STATUSES.map((status) => total.status[status] ?? 0));
  return (
    <section class="card statuses">
      <table>
        <caption>
          <h2>{says.title}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">{says.column}</th>
            <td class="bars" />
            <th scope="col" class="number">
              {says.reports}
            </th>
          </tr>
        </thead>
        <tbody>
          {STATUSES.map((status) => {
            const reports = total.status[status] ?? 0;
            const settled = status === "resolved" || status === "closed";
            const open = status === "reported" || status === "accepted";
            return (
              <tr key={status} data-status={status}>
                <th scope="row">{says.names[status]}</th>
                <td class="bars">
                  <Bar parts={[reports]} of={most} kinds={[settled ? "settled" : open ? "open" : "other"]} />
                </td>
                <td class="number">{count(reports)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
