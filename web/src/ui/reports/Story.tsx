// What became of a report, step by step: who, when, at which level, with which words.
import type { ReportDetail, StepDetail } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { dueBy } from "../deadline.ts";
import { holderName } from "./says.ts";

export function Story({ report }: { report: ReportDetail }) {
  const says = reportWords.value.story;
  const steps = report.history ?? [];
  return (
    <section class="story">
      <h3>{says.title}</h3>
      <ol>
        {steps.map((step, at) => (
          <Step key={step.number} step={step} assignment={latest(steps, at) ?? report.assignment} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, assignment }: { step: StepDetail; assignment: ReportDetail["assignment"] }) {
  const says = reportWords.value;
  const actor = step.actor.name || says.story.by[step.actor.via] || step.actor.via;
  return (
    <li class={`step step-${step.action}`} data-action={step.action} data-level={step.level}>
      <p class="done">
        <strong>{says.story[step.action]}</strong>
        <span class={`state state-${step.status}`}>{says.status[step.status]}</span>
      </p>
      <p class="by">
        {actor} · <time dateTime={step.at}>{says.time(step.at)}</time>
      </p>
      <p class="holder">{says.story.now(says.level[step.level], holderName(assignment, step.level))}</p>
      {step.note && <blockquote>{step.note}</blockquote>}
      {step.due_at && <p class="due">{dueBy(step.due_at)}</p>}
    </li>
  );
}

/** The decision that held at a step. */
function latest(steps: readonly StepDetail[], at: number): ReportDetail["assignment"] | undefined {
  return steps.slice(0, at + 1).findLast(({ assignment }) => assignment)?.assignment;
}
