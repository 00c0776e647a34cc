// What one edition would do in the place of another, as a list; the map shows the same with a divider.
import { useId } from "preact/hooks";
import { TIERS } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { words } from "../../i18n/index.ts";
import { percent } from "../../lib/measure.ts";
import type { Change } from "../../state/editions/changes.ts";
import {
  changes,
  changesByKind,
  chosenChange,
  compared,
  comparedTier,
  entrance,
  type KindOfChange,
  listsSmall,
  loadComparison,
  lookAt,
  smallChanges,
  stepChange,
} from "../../state/editions/comparison.ts";
import { list } from "../../state/editions/list.ts";
import { openComparison } from "../../state/editions/page.ts";
import { Icon } from "../Icon.tsx";
import { Affected } from "./Affected.tsx";
import { byArrows, useChosenInSight } from "./arrows.ts";
import { Failed } from "./Failed.tsx";
import { MovedReports } from "./MovedReports.tsx";
import { Places } from "./Places.tsx";

export function Compare({ before, after }: { before: string; after: string }) {
  const says = editionWords.value;
  const now = compared.value;
  return (
    <>
      <div class="pair">
        <Choice
          label={says.compare.before}
          value={before}
          other={after}
          onChange={(name) => openComparison(name, after)}
        />
        <button
          type="button"
          class="plain"
          aria-label={says.compare.swap}
          onClick={() => openComparison(after, before)}
        >
          <Icon name="swap" />
        </button>
        <Choice
          label={says.compare.after}
          value={after}
          other={before}
          onChange={(name) => openComparison(before, name)}
        />
      </div>
      {now.state === "loading" && <p class="waiting">{says.loading}</p>}
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void loadComparison(before, after)} />}
      {now.state === "loaded" && (changes.value.length === 0 ? <p class="sound">{says.compare.none}</p> : <Changes />)}
      {now.state === "loaded" && <Affected comparison={now.comparison} />}
      {now.state === "loaded" && <MovedReports before={before} after={after} />}
      {now.state === "loaded" && changes.value.length > 0 && <Places before={before} after={after} />}
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** The one on the other side, which cannot be chosen twice. */
  readonly other: string;
  readonly onChange: (name: string) => void;
}

function Choice({ label, value, other, onChange }: ChoiceProps) {
  const now = list.value;
  const names = now.state === "loaded" ? now.editions.map(({ name }) => name) : [value];
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {names
          .filter((name) => name !== other)
          .map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
      </select>
    </label>
  );
}

function Changes() {
  const says = editionWords.value.compare;
  const entries = useChosenInSight(chosenChange.value);
  const id = useId();
  const small = smallChanges.value;
  return (
    <section class="report" aria-label={says.summary}>
      <TierChoice />
      {changesByKind.value.length === 0 && small === 0 && <p class="waiting">{says.noneInTier}</p>}
      <div
        ref={entries}
        class="problems"
        role="listbox"
        aria-label={says.list}
        aria-describedby={`${id}-keys`}
        onKeyDown={byArrows(stepChange)}
      >
        {changesByKind.value.map((kind) => (
          <KindGroup key={kind.kind} {...kind} />
        ))}
      </div>
      {small > 0 && (
        <button
          type="button"
          class="button quiet small-changes"
          aria-expanded={listsSmall.value}
          onClick={() => {
            listsSmall.value = !listsSmall.value;
          }}
        >
          {listsSmall.value ? says.hideSmall(small) : says.small(small)}
        </button>
      )}
      <p class="note" id={`${id}-keys`}>
        {editionWords.value.report.keys}
      </p>
    </section>
  );
}

function TierChoice() {
  const says = editionWords.value.compare;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div class="chips" role="group" aria-label={says.tier}>
      {[null, ...TIERS].map((tier) => (
        <button
          key={tier}
          type="button"
          class="chip"
          aria-pressed={comparedTier.value === tier}
          onClick={() => {
            comparedTier.value = tier;
          }}
        >
          {tier === null ? says.allTiers : words.value.tiers[tier]}
        </button>
      ))}
    </div>
  );
}

function KindGroup({ kind, listed, count }: KindOfChange) {
  const says = editionWords.value.compare;
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox
    <div class="problem-group change" role="group" aria-labelledby={id} data-kind={kind}>
      <div class="group-head" id={id} role="presentation">
        <i aria-hidden="true" />
        <strong>{says.kinds[kind]}</strong>
        <span class="count">{count.toLocaleString("en")}</span>
      </div>
      {listed.map((change) => (
        <Entry key={idOf(change)} change={change} />
      ))}
      {count > listed.length && <p class="note">{editionWords.value.work.more(count - listed.length)}</p>}
    </div>
  );
}

/** Of the entry in the page. */
const idOf = ({ kind, tier, codes }: Change): string => `change-${kind}-${tier}-${codes.join("-")}`;

function Entry({ change }: { change: Change }) {
  const seen = chosenChange.value === change;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keyboard, as the listbox pattern asks
    <div
      id={idOf(change)}
      class="problem"
      role="option"
      tabIndex={entrance.value === change ? 0 : -1}
      aria-selected={seen}
      onClick={() => lookAt(change)}
    >
      <span class="who">
        {change.name}
        <small>
          {words.value.tiers[change.tier]} · {change.codes.join(" → ")}
        </small>
      </span>
      <Measure change={change} />
      <Was change={change} />
    </div>
  );
}

function Measure({ change }: { change: Change }) {
  const says = editionWords.value;
  if (change.kind !== "moved") {
    return change.areaM2 === undefined ? null : <span class="measure">{says.area(change.areaM2)}</span>;
  }
  return (
    <span class="measure">
      {(change.gainedM2 ?? 0) > 0 && (
        <b class="gain" title={says.compare.gained}>{`+${says.area(change.gainedM2 ?? 0)}`}</b>
      )}
      {(change.lostM2 ?? 0) > 0 && <b class="loss" title={says.compare.lost}>{`−${says.area(change.lostM2 ?? 0)}`}</b>}
      {change.share !== undefined && <small>{percent(change.share)}</small>}
    </span>
  );
}

function Was({ change }: { change: Change }) {
  const says = editionWords.value.compare;
  const { kind, was, is, others = [], nobodys } = change;
  if (was !== undefined) return <small class="more">{`${was || "—"} → ${is || "—"}`}</small>;
  const names = others.map(({ name, share }) => `${name} ${percent(share)}`).join("、");
  const isNew = kind === "added";
  return (
    <>
      {names !== "" && <small class="more">{isNew ? says.outOf(names) : says.into(names)}</small>}
      {nobodys !== undefined && (
        <small class="more">{isNew ? says.outOfNobodys(percent(nobodys)) : says.intoNobodys(percent(nobodys))}</small>
      )}
    </>
  );
}
