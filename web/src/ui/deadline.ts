// Until when a report is to be settled, as every page says it.
import type { ReportDetail } from "../api/types.ts";
import { words } from "../i18n/index.ts";
import { deadlineOf } from "../lib/days.ts";

export function dueBy(deadline: string): string {
  const says = words.value.deadline;
  return says.due(says.day(deadlineOf(deadline)));
}

/** Null for a report that has none. */
export function dueText({ due_at, overdue_since }: Pick<ReportDetail, "due_at" | "overdue_since">): string | null {
  if (!overdue_since) return due_at ? dueBy(due_at) : null;
  const says = words.value.deadline;
  return says.overdue(says.day(deadlineOf(due_at ?? overdue_since)));
}
