// The main figures of the period.
import type { StatsRow } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { percent } from "../../lib/measure.ts";
import type { Period } from "../../state/overview/period.ts";

export function Figures({ total, of }: { total: StatsRow; of: Period }) {
  const says = overviewWords.value;
  const rate = total.completion_rate;
  const all: [string, string][] = [
    ["reports", says.count(total.reports)],
    ["settled", says.count(total.settled)],
    ["rate", rate === null || rate === undefined ? "—" : percent(rate)],
    ["hours", says.hours(total.median_hours_to_settle)],
    ["open", says.count((total.status.reported ?? 0) + (total.status.accepted ?? 0))],
    ["overdue", says.count(total.overdue)],
  ];
  const label = says.figures as Record<string, string>;
  return (
    <section class="main-figures" aria-label={says.figures.label}>
      <p class="of">{of.since || of.until ? says.period.between(of.since, of.until) : says.period.ofAll}</p>
      <dl>
        {all.map(([name, value]) => (
          <div key={name} class="card figure" data-figure={name}>
            <dt>{label[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
