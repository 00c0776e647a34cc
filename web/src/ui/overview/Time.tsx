// Counts by the day, week or month of reporting: columns, and the same as a table.
import type { Stats } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { dayInChina, type Span, type Step, spansOf, stepOf } from "../../lib/days.ts";
import { rowsBy } from "../../state/overview/counts.ts";
import type { Period } from "../../state/overview/period.ts";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 240, 44, 28, 12];
/** As many words fit below the columns, also on a phone. */
const MOST_WORDS = 5;

export function Time({ stats, of }: { stats: Stats; of: Period }) {
  const says = overviewWords.value.time;
  const count = overviewWords.value.count;
  const days = rowsBy(stats, "day").flatMap(({ about, reports, settled }) =>
    about ? [{ day: about, reports, settled }] : [],
  );
  const today = dayInChina(Date.now());
  // Without a bound the chart goes from the first report to the last one.
  const first = of.since || days[0]?.day || today;
  const last = of.until || days.at(-1)?.day || today;
  if (first > last || days.length === 0) return null;
  const step = stepOf(first, last);
  const spans = spansOf(days, first, last, step);
  const most = Math.max(...spans.map(({ reports }) => reports));
  return (
    <section class="card time">
      <h2 id="by-time">
        {says.title} · {says.steps[step]}
      </h2>
      <div class="pair">
        <figure>
          <Columns spans={spans} step={step} most={most} label={says.chart(says.steps[step], spans.length, most)} />
          <figcaption class="legend">
            <span class="swatch settled" /> {says.settled}
            <span class="swatch open" /> {says.open}
          </figcaption>
        </figure>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section class="scroll" tabIndex={0} aria-labelledby="by-time">
          <table>
            <thead>
              <tr>
                <th scope="col">{says.column}</th>
                <th scope="col" class="number">
                  {overviewWords.value.categories.reports}
                </th>
                <th scope="col" class="number">
                  {overviewWords.value.categories.settled}
                </th>
              </tr>
            </thead>
            <tbody>
              {spans.map((span) => (
                <tr key={span.first}>
                  <th scope="row">{step === "month" ? span.first.slice(0, 7) : says.span(span.first, span.last)}</th>
                  <td class="number">{count(span.reports)}</td>
                  <td class="number">{count(span.settled)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
    </section>
  );
}

interface ColumnsProps {
  readonly spans: readonly Span[];
  readonly step: Step;
  readonly most: number;
  readonly label: string;
}

function Columns({ spans, step: span, most, label }: ColumnsProps) {
  const top = roundUp(most);
  const height = HEIGHT - BOTTOM - TOP;
  const step = (WIDTH - LEFT) / spans.length;
  const y = (value: number): number => TOP + height * (1 - value / top);
  const every = Math.ceil(spans.length / MOST_WORDS);
  const oneYear = spans[0]?.first.slice(0, 4) === spans.at(-1)?.first.slice(0, 4);
  const [from, to] = span === "month" ? [0, 7] : [oneYear ? 5 : 2, 10];
  return (
    <svg class="columns" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {[0, top / 2, top].map((value) => (
        <g key={value}>
          <line class="rule" x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {value}
          </text>
        </g>
      ))}
      {spans.map(({ first, reports, settled }, at) => {
        const x = LEFT + step * at + step * 0.12;
        const width = step * 0.76;
        const open = reports - settled;
        return (
          <g key={first}>
            <rect class="settled" x={x} width={width} y={y(settled)} height={y(0) - y(settled)} />
            <rect class="open" x={x} width={width} y={y(reports)} height={y(0) - y(open)} />
            {at % every === 0 && (
              <text x={x} y={HEIGHT - 6}>
                {first.slice(from, to)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** The next number above that halves well: 2, 4, 6, 8, 10, 12, 16, 20, 40… */
function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 4, 6, 8, 10, 12, 16]) if (value <= step * power) return step * power;
  }
}
