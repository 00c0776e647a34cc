// What became of a report, step by step, and the marks of how it stands.
import type { ReportDetail, ReportStatus } from "../../api/types.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { holderOf } from "../holder.ts";

export function StatusChip({ status }: { status: ReportStatus }) {
  return (
    <span class="chip" data-status={status}>
      {mobileWords.value.status[status]}
    </span>
  );
}

export function Story({ report }: { report: ReportDetail }) {
  const says = mobileWords.value;
  return (
    <section class="story" aria-label={says.mine.story}>
      <ol>
        {(report.history ?? []).map((step) => (
          <li key={step.number}>
            <strong>{says.story[step.action] ?? step.action}</strong>
            <small>
              {says.level[step.level]} · {says.time(step.at)}
              {step.actor.name && ` · ${step.actor.name}`}
            </small>
            {step.note && <p>{step.note}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Who has it now, in few words: the party group, or the grid, or the town. */
export function holderName(report: ReportDetail): string {
  const { party_group, grid, level } = holderOf(report);
  return party_group ?? grid?.name ?? mobileWords.value.level[level];
}

/** Names of the grids at its place, the smallest last. */
export function placeOf(report: ReportDetail): string {
  return report.assignment.grids.map(({ name }) => name).join(" · ");
}
