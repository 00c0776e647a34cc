// Counts by kind, the most first.
import type { Stats } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { rowsBy } from "../../state/overview/counts.ts";
import { categoryName } from "../../state/reports/categories.ts";
import { Bar } from "./Bar.tsx";
import { Heads, Numbers } from "./Row.tsx";

export function Categories({ stats }: { stats: Stats }) {
  const says = overviewWords.value.categories;
  const rows = rowsBy(stats, "category").toSorted((a, b) => b.reports - a.reports);
  const most = rows[0]?.reports ?? 0;
  return (
    <section class="card categories">
      <h2 id="by-category">{says.title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-labelledby="by-category">
        <table>
          <thead>
            <tr>
              <th scope="col">{says.column}</th>
              <td class="bars" />
              <Heads />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.about} data-category={row.about}>
                <th scope="row">{categoryName.value(row.about ?? "")}</th>
                <td class="bars">
                  <Bar parts={[row.settled, row.reports - row.settled]} of={most} kinds={["settled", "open"]} />
                </td>
                <Numbers row={row} />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
