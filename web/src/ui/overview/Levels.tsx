// Which level settled how many, and where the reports stand.
import { LEVELS, type ReportStatus, STATUSES, type StatsRow } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { percent } from "../../lib/measure.ts";
import { Bar } from "./Bar.tsx";

export function Levels({ total }: { total: StatsRow }) {
  const says = overviewWords.value.levels;
  const rows = LEVELS.map((level) => {
    const settled = total.settled_by[level] ?? 0;
    const share = total.settled > 0 ? percent(settled / total.settled) : "—";
    return { about: level, name: says.names[level], number: settled, kind: "settled", further: [share] };
  });
  return <Tally of="level" title={says.title} heads={[says.column, says.settled, says.share]} rows={rows} />;
}

/** The colours of the bars. */
const KINDS: Record<ReportStatus, "open" | "settled" | "other"> = {
  reported: "open",
  accepted: "open",
  resolved: "settled",
  closed: "settled",
  rejected: "other",
  merged: "other",
};

export function Statuses({ total }: { total: StatsRow }) {
  const says = overviewWords.value.status;
  const rows = STATUSES.map((status) => ({
    about: status,
    name: says.names[status],
    number: total.status[status] ?? 0,
    kind: KINDS[status],
  }));
  return <Tally of="status" title={says.title} heads={[says.column, says.reports]} rows={rows} />;
}

interface Tallied {
  readonly about: string;
  readonly name: string;
  readonly number: number;
  readonly kind: string;
  /** What stands behind the number. */
  readonly further?: readonly string[];
}

interface TallyProps {
  readonly of: "level" | "status";
  readonly title: string;
  /** The last ones are those of the numbers. */
  readonly heads: readonly [string, ...string[]];
  readonly rows: readonly Tallied[];
}

/** Few numbers with bars, of which the longest is the largest number's. */
function Tally({ of, title, heads: [head, ...numbers], rows }: TallyProps) {
  const count = overviewWords.value.count;
  const most = Math.max(...rows.map(({ number }) => number));
  return (
    <section class={`card tally by-${of}`}>
      <table>
        <caption>
          <h2>{title}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <td class="bars" />
            {numbers.map((one) => (
              <th key={one} scope="col" class="number">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ about, name, number, kind, further = [] }) => (
            <tr key={about} {...{ [`data-${of}`]: about }}>
              <th scope="row">{name}</th>
              <td class="bars">
                <Bar parts={[number]} of={most} kinds={[kind]} />
              </td>
              {[count(number), ...further].map((text, at) => (
                <td key={numbers[at]} class="number">
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
