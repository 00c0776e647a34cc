// What whoever is signed in may do with a report now, each with a question before it.
import { useSignal } from "@preact/signals";
import type { Level, ReportAction, ReportDetail, ReportStep } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { said } from "../../state/reports/page.ts";
import { draftNote, refused, take } from "../../state/reports/report.ts";
import { Dialog } from "../Dialog.tsx";
import { saying } from "../editions/Failed.tsx";
import { Duplicates } from "./Duplicates.tsx";
import { Reassign } from "./Reassign.tsx";
import { levelsFrom } from "./says.ts";

/** What leads on comes first. */
const ORDER: readonly ReportAction[] = [
  "accept",
  "resolve",
  "verify",
  "forward",
  "return",
  "reassign",
  "reopen",
  "merge",
  "reject",
];
const LEADS_ON: ReadonlySet<ReportAction> = new Set(["accept", "resolve", "verify"]);
/** Somebody is owed a reason. */
const NEEDS_NOTE: ReadonlySet<ReportAction> = new Set(["return", "reopen", "reject"]);

export function Actions({ report }: { report: ReportDetail }) {
  const says = reportWords.value;
  const asked = useSignal<ReportAction | null>(null);
  const into = useSignal("");
  // What is answered is the report as it stood when the question was asked, whatever comes in meanwhile.
  const seen = useSignal(report.version);
  const working = useSignal(false);
  const possible = ORDER.filter((action) => report.actions?.includes(action));
  const confirm = async (action: ReportAction, step: ReportStep): Promise<void> => {
    working.value = true;
    const done = await take(action, step, seen.peek());
    working.value = false;
    asked.value = null;
    said.value = done ? (says.steps[action]?.done ?? "") : "";
  };
  const open = asked.value;
  const close = (): void => {
    asked.value = null;
  };
  return (
    <>
      <Refused />
      {possible.length > 0 && open !== "reassign" && (
        <div class="actions">
          {possible.map((action) => (
            <button
              key={action}
              type="button"
              data-action={action}
              class={`button${LEADS_ON.has(action) ? " strong" : ""}${action === "reject" ? " danger" : ""}`}
              onClick={() => {
                into.value = "";
                seen.value = report.version;
                asked.value = action;
              }}
            >
              {says.steps[action]?.button}
            </button>
          ))}
        </div>
      )}
      {open === "reassign" && (
        <Reassign working={working.value} onConfirm={(step) => void confirm("reassign", step)} onClose={close} />
      )}
      {open !== null && open !== "reassign" && (
        <Question
          report={report}
          action={open}
          into={into.value}
          working={working.value}
          onConfirm={(step) => void confirm(open, step)}
          onClose={close}
        />
      )}
      <Duplicates
        merge={(id) => {
          into.value = id;
          seen.value = report.version;
          asked.value = "merge";
        }}
      />
    </>
  );
}

/** Why the step was not taken, in words that say what to do. */
function Refused() {
  const now = refused.value;
  if (!now) return null;
  return (
    <p class="fault" role="alert">
      {now.changed ? reportWords.value.page.changed : saying(now.problem)}
    </p>
  );
}

interface QuestionProps {
  readonly report: ReportDetail;
  readonly action: ReportAction;
  /** The report that was chosen to merge into, if one was. */
  readonly into: string;
  readonly working: boolean;
  readonly onConfirm: (step: ReportStep) => void;
  readonly onClose: () => void;
}

function Question({ report, action, into, working, onConfirm, onClose }: QuestionProps) {
  const says = reportWords.value;
  const { title, text, button } = says.steps[action] ?? { title: action, text: "", button: says.confirm };
  const way = action === "forward" ? "up" : action === "return" ? "down" : null;
  const levels = way ? levelsFrom(report, way) : [];
  return (
    <Dialog
      title={title}
      button={working ? says.working : button}
      danger={action === "reject"}
      disabled={working}
      onClose={onClose}
      onConfirm={(form) => onConfirm(stepOf(form))}
    >
      <p>{text}</p>
      {levels.length > 1 && (
        <fieldset class="when">
          <legend>{says.to}</legend>
          {levels.map((level, at) => (
            <label key={level} class="check">
              <input type="radio" name="to" value={level} defaultChecked={at === 0} />
              <span>{says.level[level]}</span>
            </label>
          ))}
        </fieldset>
      )}
      {action === "merge" && (
        <label class="field">
          <span>{says.into}</span>
          <input
            name="into"
            required
            pattern="[0-9a-z\-]+"
            placeholder="261125-7k3m9qxw2f4p"
            autocomplete="off"
            defaultValue={into}
          />
        </label>
      )}
      <Note needed={NEEDS_NOTE.has(action)} />
    </Dialog>
  );
}

export function Note({ needed }: { needed: boolean }) {
  const says = reportWords.value;
  return (
    <label class="field">
      <span>{needed ? says.noteNeeded : says.note}</span>
      <textarea
        name="note"
        rows={3}
        maxLength={2000}
        required={needed}
        placeholder={says.noteHint}
        defaultValue={draftNote.value}
      />
    </label>
  );
}

export function stepOf(form: FormData): ReportStep {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const [note, to, into, grid] = [text("note"), text("to"), text("into"), text("grid")];
  return {
    ...(note && { note }),
    ...(to && { to: to as Level }),
    ...(into && { into }),
    ...(grid && { grid }),
  };
}
