// A report's mark as the map has it, beside its words.
import type { ReportDetail } from "../../api/types.ts";
import { COLOURS, type Colour, SHAPES, type Shape } from "../../lib/marks.ts";

export function MarkOf({ report }: { report: ReportDetail }) {
  return <Mark status={report.status} level={report.level} late={Boolean(report.overdue_since)} />;
}

export function Mark({ status, level, late = false }: { status: Colour; level: Shape; late?: boolean }) {
  return (
    <svg class="mark" viewBox="-5 -5 34 34" aria-hidden="true">
      {late && <circle class="late" cx="12" cy="12" r="15.4" />}
      <path d={SHAPES[level]} style={{ fill: `var(${COLOURS[status]})` }} />
    </svg>
  );
}
