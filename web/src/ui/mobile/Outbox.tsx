// Reports that are on their way, with the state of each.
import { mobileWords } from "../../i18n/mobile/index.ts";
import {
  arrivals,
  type Draft,
  discard,
  drafts,
  photoProblems,
  sending,
  sendSoon,
  unkept,
} from "../../state/mobile/outbox.ts";
import { nameOf } from "../../state/mobile/writing.ts";
import { holderName } from "./Story.tsx";

export function Outbox() {
  const says = mobileWords.value.outbox;
  // What waits is told before what has arrived earlier.
  const waits = drafts.value.some((draft) => !draft.arrived && !draft.refused);
  const arrived = arrivals.value.at(-1);
  return (
    <>
      <p class="arrival" role="status" data-arrived={!waits && Boolean(arrived)}>
        {waits && (sending.value ? says.announceSending : says.announceKept)}
        {!waits && arrived && says.announceSent(holderName(arrived))}
      </p>
      {photoProblems.value.map((problem) => (
        <p key={problem.type} class="wrong" role="alert">
          {says.photoRefused(problem.detail ?? problem.title)}
        </p>
      ))}
      {unkept.value && drafts.value.length > 0 && (
        <p class="wrong" role="alert">
          {says.unkeepable}
        </p>
      )}
      {drafts.value.length > 0 && (
        <section class="outbox" aria-label={says.title}>
          <h3>{says.title}</h3>
          <ul class="cards">
            {drafts.value.map((draft) => (
              <li key={draft.key}>
                <DraftCard draft={draft} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function DraftCard({ draft }: { draft: Draft }) {
  const says = mobileWords.value;
  const state = stateOf(draft);
  const remove = (): void => {
    if (confirm(says.outbox.discardAsk)) void discard(draft.key);
  };
  return (
    <article class="report-card draft" data-state={state}>
      <p class="card-head">
        <span>
          <strong>{nameOf(draft.report.category)}</strong>
          <small>{draft.report.occurred_at && says.time(draft.report.occurred_at)}</small>
        </span>
        <span class="chip" data-status="draft">
          {says.outbox.kept}
        </span>
      </p>
      <p>
        {state === "refused" && `${says.outbox.refused}：${draft.refused?.detail ?? draft.refused?.title}`}
        {state === "sending" && says.outbox.sending}
        {state === "waiting" && says.outbox.waiting}
        {state === "photos" && says.outbox.photosLeft(draft.pictures.length)}
      </p>
      <p class="choices">
        {state !== "refused" && state !== "sending" && (
          <button type="button" class="button" onClick={sendSoon}>
            {says.outbox.now}
          </button>
        )}
        {state !== "sending" && !draft.arrived && (
          <button type="button" class="button quiet" onClick={remove}>
            {says.outbox.discard}
          </button>
        )}
      </p>
    </article>
  );
}

function stateOf(draft: Draft): "refused" | "sending" | "photos" | "waiting" {
  if (draft.refused) return "refused";
  if (sending.value === draft.key) return "sending";
  return draft.arrived ? "photos" : "waiting";
}
