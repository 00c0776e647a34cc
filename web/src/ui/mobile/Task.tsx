// One report on a leader's list: what it is, who reported it, and the steps that one may take.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ReportAction, ReportDetail } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { formatLink } from "../../lib/link.ts";
import { dialable } from "../../lib/measure.ts";
import { act, fresh, isOwn, keyNow, looked, showPlace, storyOf } from "../../state/mobile/staff.ts";
import { nameOf } from "../../state/mobile/writing.ts";
import { dueText } from "../deadline.ts";
import { holderOf } from "../holder.ts";
import { Icon } from "../Icon.tsx";
import { saidIn } from "../said.ts";
import { Photos } from "./Photos.tsx";
import { holderName, placeOf, StatusChip, Story } from "./Story.tsx";

/** Those for the phone, the usual ones first; merging and choosing another grid need the desk's map. */
const ON_PHONE: readonly ReportAction[] = ["accept", "resolve", "verify", "forward", "return", "reopen", "reject"];
const WITH_REASON: readonly ReportAction[] = ["return", "reopen", "reject"];

export function Task({ report }: { report: ReportDetail }) {
  const says = mobileWords.value;
  const open = useSignal(false);
  const story = useSignal<ReportDetail | null>(null);
  const turn = useSignal(0);
  const { id, assignment } = report;
  const toggle = async (): Promise<void> => {
    open.value = !open.value;
    looked(id);
    if (open.value) story.value = await storyOf(id).catch(() => null);
  };
  const accuracy = (assignment.given as { accuracy_m?: number | null }).accuracy_m;
  return (
    <article class="report-card" data-id={id} data-overdue={Boolean(report.overdue_since)}>
      <button type="button" class="card-head" aria-expanded={open.value} onClick={() => void toggle()}>
        <span>
          <strong>{nameOf(report.category)}</strong>
          <small>
            {says.time(report.created_at)} · {says.level[report.level]}
          </small>
        </span>
        <span class="chips">
          {fresh.value.has(id) && (
            <span class="chip" data-status="fresh">
              {says.work.fresh}
            </span>
          )}
          {report.overdue_since && (
            <span class="chip" data-status="overdue">
              {says.work.overdue}
            </span>
          )}
          <StatusChip status={report.status} />
        </span>
      </button>
      <p class="description">{saidIn(report)}</p>
      <p class="caption">{[placeOf(report), dueText(report)].filter(Boolean).join("；")}</p>
      {!isOwn(report) && <Holder report={report} />}
      {/* The list has numbers masked; the report itself has them for whoever may call. */}
      <Reporter report={(open.value && story.value) || report} />
      {open.value && (
        <>
          <p class="caption">
            <a class="link" href={`/${formatLink({ place: { lon: report.lon, lat: report.lat }, zoom: 17 })}`}>
              {says.work.map}
            </a>
            {accuracy != null && ` ${says.work.accuracy(accuracy)}`}
          </p>
          <Photos id={id} access={{ key: keyNow() }} turn={turn.value} />
          <AddPhoto id={id} onAdded={() => turn.value++} />
          {story.value && <Story report={story.value.version >= report.version ? story.value : report} />}
        </>
      )}
      <Steps
        report={report}
        onDone={async () => {
          if (open.value) story.value = await storyOf(id).catch(() => null);
        }}
      />
    </article>
  );
}

/** Who has what is not one's own to settle. */
function Holder({ report }: { report: ReportDetail }) {
  const says = mobileWords.value;
  const { leader } = holderOf(report);
  return (
    <p class="caption holder">
      {says.mine.to} {holderName(report)}
      {leader && `，${says.mine.leader} ${leader.name}`}
    </p>
  );
}

function Reporter({ report }: { report: ReportDetail }) {
  const says = mobileWords.value.work;
  const { reporter } = report;
  if (!reporter) return null;
  const number = dialable(reporter.phone);
  const name = reporter.name ?? says.anonymous;
  return (
    <p class="reporter">
      <span>
        {says.reporter} {name}
      </span>
      {number ? (
        <a class="phone call" href={`tel:${number}`} aria-label={`${says.call(name)} ${reporter.phone}`}>
          <Icon name="phone" />
          {reporter.phone}
        </a>
      ) : (
        <span class="phone" title={words.value.phoneHidden}>
          {reporter.phone}
        </span>
      )}
    </p>
  );
}

function AddPhoto({ id, onAdded }: { id: string; onAdded: () => void }) {
  const says = mobileWords.value;
  const state = useSignal<"rests" | "sending" | "failed">("rests");
  const choose = async (event: Event): Promise<void> => {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    state.value = "sending";
    try {
      await showPlace(id, file);
      state.value = "rests";
      onAdded();
    } catch {
      state.value = "failed";
    }
    input.value = "";
  };
  return (
    <div class="photo-picker">
      <label class="button choose">
        <Icon name="camera" />
        {state.value === "sending" ? says.photos.sending : says.work.addPhoto}
        <input type="file" accept="image/*" onChange={(event) => void choose(event)} />
      </label>
      {state.value === "failed" && (
        <p class="wrong" role="alert">
          {says.photos.failed}
        </p>
      )}
    </div>
  );
}

function Steps({ report, onDone }: { report: ReportDetail; onDone: () => Promise<void> }) {
  const says = mobileWords.value;
  const chosen = useSignal<ReportAction | null>(null);
  const note = useSignal("");
  const form = useRef<HTMLFormElement>(null);
  const state = useSignal<"rests" | "working" | "changed" | "failed">("rests");
  const why = useSignal("");
  const possible = ON_PHONE.filter((action) => report.actions?.includes(action));
  const take = async (action: ReportAction): Promise<void> => {
    state.value = "working";
    const outcome = await act(report, action, note.value.trim() ? { note: note.value.trim() } : {});
    if (outcome === "done") {
      chosen.value = null;
      note.value = "";
      state.value = "rests";
    } else if (outcome === "changed") {
      chosen.value = null;
      state.value = "changed";
    } else {
      why.value = outcome.failed?.detail ?? "";
      state.value = "failed";
    }
    await onDone();
  };
  const press = (action: ReportAction): void => {
    // Taking on a report says enough by itself.
    if (action === "accept") void take(action);
    else chosen.value = chosen.value === action ? null : action;
  };
  const action = chosen.value;
  // Below the last card it would open behind the tabs, and seem not to open at all.
  useEffect(() => {
    if (!action) return;
    form.current?.scrollIntoView({ block: "nearest" });
    form.current?.querySelector("textarea")?.focus({ preventScroll: true });
  }, [action]);
  return (
    <div class="steps">
      <div class="choices">
        {possible.map((one) => (
          <button
            key={one}
            type="button"
            class={one === "accept" || one === "resolve" || one === "verify" ? "button strong" : "button"}
            data-action={one}
            aria-expanded={one === "accept" ? undefined : chosen.value === one}
            disabled={state.value === "working"}
            onClick={() => press(one)}
          >
            {says.story[one]}
          </button>
        ))}
      </div>
      {action && (
        <form
          ref={form}
          class="step-form"
          onSubmit={(event) => {
            event.preventDefault();
            void take(action);
          }}
        >
          <label class="field">
            <span>{WITH_REASON.includes(action) ? says.work.reason : says.work.note}</span>
            <textarea
              rows={2}
              maxLength={2000}
              value={note.value}
              onInput={(event) => {
                note.value = event.currentTarget.value;
              }}
            />
          </label>
          <div class="choices">
            <button type="submit" class="button strong" disabled={state.value === "working"}>
              {state.value === "working" ? says.work.working : `${says.work.confirm}：${says.story[action]}`}
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                chosen.value = null;
              }}
            >
              {says.cancel}
            </button>
          </div>
        </form>
      )}
      {state.value === "changed" && (
        <p class="wrong" role="alert">
          {says.work.changed}
        </p>
      )}
      {state.value === "failed" && (
        <p class="wrong" role="alert">
          {says.work.failed}
          {why.value && `：${why.value}`}
        </p>
      )}
    </div>
  );
}
