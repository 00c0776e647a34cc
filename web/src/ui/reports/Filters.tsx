// What the list and the map are narrowed to.
import { LEVELS, STATUSES } from "../../api/types.ts";
import { language } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { categories } from "../../state/reports/categories.ts";
import { change, filter, narrowed, START } from "../../state/reports/filter.ts";
import { Icon } from "../Icon.tsx";
import { GridSearch } from "./GridSearch.tsx";

export function Filters() {
  const says = reportWords.value;
  const now = filter.value;
  const count = narrowed(now);
  return (
    <search class="filters">
      <label class="field find">
        <span class="unseen">{says.filter.search}</span>
        <Icon name="search" />
        <input
          type="search"
          placeholder={says.filter.search}
          value={now.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      <fieldset class="chips">
        <legend class="unseen">{says.filter.status}</legend>
        {STATUSES.map((status) => (
          <Chip
            key={status}
            label={says.status[status]}
            mark={status}
            on={now.statuses.has(status)}
            toggle={() => change({ statuses: toggled(now.statuses, status) })}
          />
        ))}
      </fieldset>
      <details>
        <summary>
          {says.filter.more}
          {count > 0 && <span class="count">{count}</span>}
        </summary>
        <div class="narrower">
          <fieldset class="chips">
            <legend>{says.filter.level}</legend>
            {LEVELS.map((level) => (
              <Chip
                key={level}
                label={says.levelShort[level]}
                on={now.levels.has(level)}
                toggle={() => change({ levels: toggled(now.levels, level) })}
              />
            ))}
          </fieldset>
          <label class="field">
            <span>{says.filter.category}</span>
            <select value={now.category} onChange={(event) => change({ category: event.currentTarget.value })}>
              <option value="">{says.filter.all}</option>
              {categories.value.map((category) => (
                <option key={category.code} value={category.code}>
                  {category[language.value]}
                </option>
              ))}
            </select>
          </label>
          {now.grid ? (
            <p class="only">
              {says.filter.grid}：<strong>{now.grid.name}</strong>
              <button
                type="button"
                class="plain"
                aria-label={says.filter.gridClear(now.grid.name)}
                onClick={() => change({ grid: null })}
              >
                <Icon name="close" />
              </button>
            </p>
          ) : (
            <GridSearch label={says.filter.grid} choose={({ code, name }) => change({ grid: { code, name } })} />
          )}
          <div class="period">
            <label class="field">
              <span>{says.filter.since}</span>
              <input type="date" value={now.since} onInput={(event) => change({ since: event.currentTarget.value })} />
            </label>
            <label class="field">
              <span>{says.filter.until}</span>
              <input type="date" value={now.until} onInput={(event) => change({ until: event.currentTarget.value })} />
            </label>
          </div>
          <label class="check">
            <input
              type="checkbox"
              checked={now.overdue}
              onChange={(event) => change({ overdue: event.currentTarget.checked })}
            />
            <span>{says.filter.overdue}</span>
          </label>
          <button
            type="button"
            class="button quiet"
            disabled={now === START}
            onClick={() => {
              filter.value = START;
            }}
          >
            {says.filter.reset}
          </button>
        </div>
      </details>
    </search>
  );
}

interface ChipProps {
  readonly label: string;
  readonly mark?: string;
  readonly on: boolean;
  readonly toggle: () => void;
}

function Chip({ label, mark, on, toggle }: ChipProps) {
  return (
    <button type="button" class={mark ? `chip state-${mark}` : "chip"} aria-pressed={on} onClick={toggle}>
      {mark && <i aria-hidden="true" />}
      {label}
    </button>
  );
}

function toggled<T>(all: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const next = new Set(all);
  if (!next.delete(one)) next.add(one);
  return next;
}
