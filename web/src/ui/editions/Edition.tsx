// One edition: what it is, what can be done with it, what is wrong with it.
import { useSignal } from "@preact/signals";
import type { Edition as EditionInfo } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { before, begins, edition, list, standing, usuallyBefore } from "../../state/editions/list.ts";
import { openComparison } from "../../state/editions/page.ts";
import { reported } from "../../state/editions/report.ts";
import { session } from "../../state/editions/session.ts";
import { undrawn } from "../../state/editions/stage.ts";
import { busy } from "../../state/editions/work.ts";
import { Icon } from "../Icon.tsx";
import { DiscardDialog } from "./DiscardDialog.tsx";
import { PublishDialog } from "./PublishDialog.tsx";
import { RepairDialog } from "./RepairDialog.tsx";
import { Repairs } from "./Repairs.tsx";
import { Report } from "./Report.tsx";
import { RollbackDialog } from "./RollbackDialog.tsx";
import { English, inTheLanguage } from "./Sentence.tsx";
import { WithdrawDialog } from "./WithdrawDialog.tsx";
import { WorkProgress } from "./WorkProgress.tsx";

export function Edition({ name }: { name: string }) {
  const says = editionWords.value;
  const info = edition(name);
  return (
    <>
      <WorkProgress />
      {info && <Facts info={info} />}
      {info && session.value.state === "in" && <Actions info={info} />}
      {info && <CompareWith info={info} />}
      {undrawn.value && (
        <p class="caution" role="status">
          <Icon name="warning" />
          {says.edition.undrawn}
        </p>
      )}
      <Notes />
      <Repairs />
      <Report name={name} />
    </>
  );
}

function Facts({ info }: { info: EditionInfo }) {
  const says = editionWords.value;
  const times = begins(info).map((time) => says.time(time));
  return (
    <dl class="facts-list">
      <dt>{says.edition.grids}</dt>
      <dd>{says.edition.counts(info.grids)}</dd>
      <dt>{says.edition.created}</dt>
      <dd>{says.time(info.created_at)}</dd>
      {times.length > 0 && (
        <>
          <dt>{says.edition.inForce}</dt>
          <dd>{[...new Set(times)].join("、")}</dd>
        </>
      )}
      {info.accepted.length > 0 && (
        <>
          <dt>{says.edition.accepted}</dt>
          <dd>{info.accepted.map((code) => says.problems[code]?.name ?? code).join("、")}</dd>
        </>
      )}
      <dt>{says.edition.source}</dt>
      <dd class="source">{info.source}</dd>
    </dl>
  );
}

/** In the words of the page; what has none in Chinese stands below as the service says it. */
function Notes() {
  const says = editionWords.value.edition;
  const now = reported.value;
  const told = now.state === "loaded" ? now.report.notes : [];
  if (told.length === 0) return null;
  const known = told.flatMap((note) => inTheLanguage(note) ?? []);
  const unknown = told.filter((note) => inTheLanguage(note) === null);
  return (
    <section class="outcome" aria-label={says.notes}>
      {known.length > 0 && (
        <>
          <h4>{says.notes}</h4>
          <ul>
            {known.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      {unknown.length > 0 && (
        <>
          <h4>{says.notesInEnglish}</h4>
          <ul>
            {unknown.map((note) => (
              <li key={note}>
                <English sentence={note} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

type Opened = "publish" | "repair" | "discard" | "rollback" | "withdraw" | null;

function Actions({ info }: { info: EditionInfo }) {
  const says = editionWords.value.edition;
  const opened = useSignal<Opened>(null);
  const close = (): void => {
    opened.value = null;
  };
  const opens = (which: Opened) => () => {
    opened.value = which;
  };
  const stands = standing(info);
  const draft = stands === "draft";
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div class="actions" role="group" aria-label={says.actions}>
      {(draft || stands === "withdrawn") && (
        <button type="button" class="button strong" disabled={busy()} onClick={opens("publish")}>
          {says.publish}
        </button>
      )}
      {stands === "past" && (
        <button type="button" class="button" disabled={busy()} onClick={opens("publish")}>
          {says.publishAgain}
        </button>
      )}
      {draft && (
        <button type="button" class="button" disabled={busy()} onClick={opens("repair")}>
          {says.repair}
        </button>
      )}
      {stands === "in_force" && (
        <button type="button" class="button" disabled={busy() || !before.value} onClick={opens("rollback")}>
          {says.rollback}
        </button>
      )}
      {stands === "scheduled" && (
        <button type="button" class="button" disabled={busy()} onClick={opens("withdraw")}>
          {says.withdraw}
        </button>
      )}
      {draft && (
        <button type="button" class="button quiet danger" disabled={busy()} onClick={opens("discard")}>
          {says.discard}
        </button>
      )}
      {opened.value === "publish" && <PublishDialog info={info} onClose={close} />}
      {opened.value === "repair" && <RepairDialog name={info.name} onClose={close} />}
      {opened.value === "discard" && <DiscardDialog name={info.name} onClose={close} />}
      {opened.value === "withdraw" && <WithdrawDialog info={info} onClose={close} />}
      {opened.value === "rollback" && <RollbackDialog info={info} onClose={close} />}
    </div>
  );
}

function CompareWith({ info }: { info: EditionInfo }) {
  const says = editionWords.value.edition;
  const now = list.value;
  const others = now.state === "loaded" ? now.editions.filter(({ name }) => name !== info.name) : [];
  const usual = usuallyBefore(info)?.name ?? others[0]?.name ?? "";
  const picked = useSignal<string | null>(null);
  if (others.length === 0) return null;
  const other = picked.value ?? usual;
  return (
    <div class="compare-with">
      <label class="field">
        <span>{says.compareWith}</span>
        <select
          value={other}
          onChange={(event) => {
            picked.value = event.currentTarget.value;
          }}
        >
          {others.map(({ name, in_force }) => (
            <option key={name} value={name}>
              {name}
              {in_force ? ` · ${editionWords.value.list.standing.in_force}` : ""}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="button" onClick={() => openComparison(other, info.name)}>
        <Icon name="compare" />
        {says.compareButton}
      </button>
    </div>
  );
}
