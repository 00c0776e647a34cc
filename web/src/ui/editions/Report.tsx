// The validation report as a list by kind of problem. Arrow keys go from problem to problem, and the map goes along.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { FoundProblem } from "../../api/types.ts";
import { findings } from "../../i18n/editions/findings.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { language, words } from "../../i18n/index.ts";
import {
  choose,
  chosen,
  counts,
  entrance,
  type Group,
  groups,
  loadReport,
  reported,
  type Severity,
  shownGroups,
  shownSeverities,
  step,
  toggle,
} from "../../state/editions/report.ts";
import { Icon } from "../Icon.tsx";
import { byArrows, useChosenInSight } from "./arrows.ts";
import { Failed } from "./Failed.tsx";
import { English } from "./Sentence.tsx";
import { called, Who } from "./Who.tsx";

/** So many of a kind are listed at once; a report may have a hundred thousand. */
const PAGE = 100;

export function Report({ name }: { name: string }) {
  const says = editionWords.value;
  const now = reported.value;
  if (now.state === "none") return null;
  return (
    <section class="report" aria-label={says.report.title}>
      <h3>{says.report.title}</h3>
      {now.state === "loading" && <p class="waiting">{says.loading}</p>}
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void loadReport(name)} />}
      {now.state === "loaded" && (groups.value.length === 0 ? <Sound /> : <Problems />)}
    </section>
  );
}

function Sound() {
  const says = editionWords.value.report;
  return (
    <div class="sound">
      <Icon name="check" />
      <p>
        <strong>{says.sound}</strong>
        {says.soundText}
      </p>
    </div>
  );
}

function Problems() {
  const says = editionWords.value.report;
  const list = useChosenInSight(chosen.value);
  const id = useId();
  return (
    <>
      <Filter />
      <div
        ref={list}
        class="problems"
        role="listbox"
        aria-label={says.list}
        aria-describedby={`${id}-keys`}
        onKeyDown={byArrows(step)}
      >
        {shownGroups.value.map((group) => (
          <ProblemGroup key={group.code} group={group} />
        ))}
      </div>
      {shownGroups.value.length === 0 && <p class="waiting">{says.filtered}</p>}
      <p class="note" id={`${id}-keys`}>
        {says.keys}
      </p>
    </>
  );
}

function Filter() {
  const says = editionWords.value.report;
  const { error, warning } = counts.value;
  const chips: [Severity, number, string][] = [
    ["error", error, says.errors(error)],
    ["warning", warning, says.warnings(warning)],
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div class="chips" role="group" aria-label={says.filter}>
      {chips.map(([severity, count, label]) => (
        <button
          key={severity}
          type="button"
          class={`chip ${severity}`}
          aria-pressed={shownSeverities.value.has(severity)}
          disabled={count === 0}
          onClick={() => toggle(severity)}
        >
          <i aria-hidden="true" />
          {label}
        </button>
      ))}
    </div>
  );
}

function ProblemGroup({ group }: { group: Group }) {
  const says = editionWords.value;
  const most = useSignal(PAGE);
  const id = useId();
  const now = reported.value;
  const problems = now.state === "loaded" ? now.report.problems : [];
  const said = says.problems[group.code];
  // What is chosen on the map may stand further down.
  const at = chosen.value === null ? -1 : group.places.indexOf(chosen.value);
  const shown = Math.max(most.value, at + 1);
  const left = group.places.length - shown;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox
    <div class={`problem-group ${group.severity}`} role="group" aria-labelledby={id} data-code={group.code}>
      <div class="group-head" id={id} role="presentation">
        <i aria-hidden="true" />
        <strong>{said?.name ?? group.code}</strong>
        <span class="count">{group.places.length.toLocaleString("en")}</span>
        <small>
          {said?.advice}
          {group.areaM2 > 0 && group.places.length > 1 && ` · ${says.report.all(says.area(group.areaM2))}`}
        </small>
      </div>
      {group.places.slice(0, shown).map((place) => {
        const problem = problems[place];
        return problem && <Item key={place} at={place} problem={problem} />;
      })}
      {left > 0 && (
        <button
          type="button"
          class="button quiet"
          tabIndex={-1}
          onClick={() => {
            most.value = shown + PAGE * 5;
          }}
        >
          {says.report.more(left)}
        </button>
      )}
    </div>
  );
}

function Item({ at, problem }: { at: number; problem: FoundProblem }) {
  const says = editionWords.value;
  const seen = chosen.value === at;
  const measure = measureOf(problem);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keyboard, as the listbox pattern asks
    <div
      id={`problem-${at}`}
      class="problem"
      role="option"
      tabIndex={entrance.value === at ? 0 : -1}
      aria-selected={seen}
      onClick={() => choose(at)}
    >
      <span class="who">
        {problem.grids.length > 0 ? <Who codes={problem.grids} /> : (problem.source ?? problem.message)}
      </span>
      {measure && <span class="measure">{measure}</span>}
      {seen && (
        <small class="more">
          {problem.source && <code>{problem.source}</code>}
          {language.value === "zh" && <span>{inChinese(problem)}</span>}
          <English sentence={problem.message} />
          {!problem.place && !problem.outline?.length && <span>{says.report.noPlace}</span>}
        </small>
      )}
    </div>
  );
}

/** The service's own words are English. */
function inChinese(problem: FoundProblem): string | null {
  const { code, grids, measure, message: sentence } = problem;
  const size = measure?.count == null ? (measureOf(problem) ?? "") : "";
  return findings[code]?.({ who: grids.map(called), size, count: measure?.count ?? 1, sentence }) ?? null;
}

function measureOf({ measure }: FoundProblem): string | null {
  if (measure?.area_m2 != null) return editionWords.value.area(measure.area_m2);
  if (measure?.length_m != null) return words.value.distance(measure.length_m);
  if (measure?.count != null) return measure.count.toLocaleString(language.value === "zh" ? "zh-CN" : "en");
  return null;
}
