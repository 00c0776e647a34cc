// Counts by grid: a map in shades with its legend, and the table.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Stats, type StatsRow, TIERS, type Tier } from "../../api/types.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { percent } from "../../lib/measure.ts";
import { chosen, rowsBy, shading } from "../../state/overview/counts.ts";
import { MEASURES, type Measure, measure, tier as wantedTier } from "../../state/overview/period.ts";
import { Heads, Numbers } from "./Row.tsx";

/** Puts the map into its place; null where it cannot be drawn. */
export type MountMap = (container: HTMLElement) => Promise<(() => void) | null>;

export function Grids({ stats, tier, mountMap }: { stats: Stats; tier: Tier; mountMap: MountMap }) {
  const says = overviewWords.value.grids;
  const rows = rowsBy(stats, `tier${tier}`).toSorted((a, b) => b.reports - a.reports);
  return (
    <section class="card grids-counted">
      <header>
        <h2 id="by-grid">{says.title}</h2>
        <label class="field">
          <span>{says.tier}</span>
          <select
            value={wantedTier.value}
            onChange={(event) => {
              chosen.value = null;
              wantedTier.value = Number(event.currentTarget.value) as Tier;
            }}
          >
            {TIERS.map((one) => (
              <option key={one} value={one}>
                {says.tiers[one]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{says.show}</span>
          <select
            value={measure.value}
            onChange={(event) => {
              measure.value = event.currentTarget.value as Measure;
            }}
          >
            {MEASURES.map((one) => (
              <option key={one} value={one}>
                {says.measures[one]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div class="pair">
        <div class="shaded">
          <Shaded mountMap={mountMap} />
          <Legend />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section class="scroll" tabIndex={0} aria-labelledby="by-grid">
          <table>
            <thead>
              <tr>
                <th scope="col">{says.column}</th>
                <Heads />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <GridRow key={row.about} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      </div>
    </section>
  );
}

function GridRow({ row }: { row: StatsRow }) {
  const says = overviewWords.value.grids;
  const line = useRef<HTMLTableRowElement>(null);
  const code = row.about ?? null;
  const isChosen = code !== null && chosen.value === code;
  useEffect(() => {
    if (isChosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  const shade = code === null ? undefined : shading.value?.shades.get(code);
  return (
    <tr ref={line} data-grid={code ?? ""} data-chosen={isChosen}>
      <th scope="row">
        {code === null ? (
          says.outside
        ) : (
          <button
            type="button"
            aria-pressed={isChosen}
            onClick={() => {
              chosen.value = isChosen ? null : code;
            }}
          >
            <i class={`swatch shade-${shade ?? 0}`} />
            {row.name ?? says.unnamed(code)}
          </button>
        )}
      </th>
      <Numbers row={row} />
    </tr>
  );
}

function Shaded({ mountMap }: { mountMap: MountMap }) {
  const says = overviewWords.value.grids;
  const container = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(true);
  useEffect(() => {
    let gone = false;
    let remove = (): void => {};
    if (container.current) {
      void mountMap(container.current).then((taken) => {
        if (!taken) setDrawn(false);
        else if (gone) taken();
        else remove = taken;
      });
    }
    return () => {
      gone = true;
      remove();
    };
  }, [mountMap]);
  if (!drawn) return <p class="note">{says.noMap}</p>;
  return <section class="shaded-map" ref={container} aria-label={says.map} />;
}

function Legend() {
  const { grids: says, count, hours } = overviewWords.value;
  const now = shading.value;
  const value = (number: number): string =>
    measure.value === "rate" ? percent(number) : measure.value === "hours" ? hours(number) : count(number);
  return (
    <figure class="legend" aria-label={says.legend}>
      <figcaption>{says.measures[measure.value]}</figcaption>
      <ul>
        {now?.classes.map(({ low, high, shade }) => (
          <li key={shade}>
            <i class={`swatch shade-${shade}`} />
            {says.range(value(low), value(high))}
          </li>
        ))}
        <li>
          <i class="swatch shade-0" />
          {says.none}
        </li>
      </ul>
    </figure>
  );
}
