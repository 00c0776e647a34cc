// The reports that match, page by page; the map shows the same.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ReportDetail } from "../../api/types.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { categoryName } from "../../state/reports/categories.ts";
import { filter, START } from "../../state/reports/filter.ts";
import { fresh, list, lit, load, more } from "../../state/reports/list.ts";
import { live } from "../../state/reports/live.ts";
import { openNew, openReport } from "../../state/reports/page.ts";
import { heed, session, signOut } from "../../state/reports/session.ts";
import { dueText } from "../deadline.ts";
import { Failed } from "../editions/Failed.tsx";
import { Icon } from "../Icon.tsx";
import { saidIn } from "../said.ts";
import { Filters } from "./Filters.tsx";
import { Legend } from "./Legend.tsx";
import { MarkOf } from "./Mark.tsx";
import { agoText, placeName } from "./says.ts";

const ON_PAGE = 20;

export function List() {
  const says = reportWords.value;
  const now = list.value;
  return (
    <>
      <button type="button" class="button strong wide" onClick={() => openNew(null)}>
        <Icon name="reports" />
        {says.report}
      </button>
      <Filters />
      {now.state === "loading" && <p class="waiting">{says.loading}</p>}
      {now.state === "failed" && <Failed problem={now.problem} retry={() => void load()} />}
      {now.state === "loaded" && <Rows reports={now.reports} next={now.next !== null} />}
      <Legend />
      <footer class="foot">
        <small data-live={live.value}>{says.live[live.value]}</small>
        <Who />
        <a class="button quiet" href="/overview">
          {says.overview}
        </a>
        <button type="button" class="button quiet sign-out" onClick={() => void signOut()}>
          {says.signIn.out}
        </button>
      </footer>
    </>
  );
}

/** Who is signed in. */
function Who() {
  const now = session.value;
  if (now.state !== "in" || !now.who) return null;
  const { name, role, grid } = now.who;
  return <small class="who">{[name, reportWords.value.signIn.roles[role], grid].filter(Boolean).join(" · ")}</small>;
}

function Rows({ reports, next }: { reports: readonly ReportDetail[]; next: boolean }) {
  const says = reportWords.value.list;
  const page = useSignal(0);
  const rows = useRef<HTMLUListElement>(null);
  const pages = Math.max(1, Math.ceil(reports.length / ON_PAGE));
  const at = Math.min(page.value, pages - 1);
  const pointed = lit.value;
  // Whatever is pointed at on the map comes into sight here, on whichever page it is.
  useEffect(() => {
    if (pointed?.on !== "map") return;
    const index = reports.findIndex(({ id }) => id === pointed.id);
    if (index >= 0) page.value = Math.floor(index / ON_PAGE);
    requestAnimationFrame(() => rows.current?.querySelector(".row.lit")?.scrollIntoView({ block: "nearest" }));
  }, [pointed]);
  useEffect(() => {
    page.value = 0;
  }, [filter.value]);
  const turn = async (to: number): Promise<void> => {
    page.value = to;
    rows.current?.querySelector<HTMLElement>(".row")?.focus();
    if (to >= pages - 2 && next) await more().catch(heed);
  };
  if (reports.length === 0) return <p class="nothing">{filter.value === START ? says.noneYet : says.none}</p>;
  return (
    <>
      <p class="counted" role="status">
        {says.count(reports.length, next)}
      </p>
      <ul class="rows" ref={rows} aria-label={says.label}>
        {reports.slice(at * ON_PAGE, (at + 1) * ON_PAGE).map((report) => (
          <li key={report.id}>
            <Row report={report} />
          </li>
        ))}
      </ul>
      {(pages > 1 || next) && (
        <nav class="turn" aria-label={says.label}>
          <button
            type="button"
            class="plain"
            aria-label={says.previous}
            disabled={at === 0}
            onClick={() => void turn(at - 1)}
          >
            <Icon name="back" />
          </button>
          <span>{says.page(at + 1, `${pages}${next ? "+" : ""}`)}</span>
          <button
            type="button"
            class="plain forth"
            aria-label={says.next}
            disabled={at >= pages - 1 && !next}
            onClick={() => void turn(at + 1)}
          >
            <Icon name="back" />
          </button>
        </nav>
      )}
    </>
  );
}

function Row({ report }: { report: ReportDetail }) {
  const says = reportWords.value;
  const { id, status, level } = report;
  const due = dueText(report);
  const point = (): void => {
    lit.value = { id, on: "list" };
  };
  const leave = (): void => {
    if (lit.peek()?.id === id) lit.value = null;
  };
  return (
    <button
      type="button"
      class={`row${lit.value?.id === id ? " lit" : ""}`}
      data-report={id}
      data-status={status}
      data-level={level}
      onClick={() => {
        leave();
        openReport(id);
      }}
      onMouseEnter={point}
      onMouseLeave={leave}
      onFocus={point}
      onBlur={leave}
    >
      <MarkOf report={report} />
      <strong>
        {categoryName.value(report.category)}
        {fresh.value.has(id) && <em class="fresh">{says.list.fresh}</em>}
      </strong>
      <Status report={report} />
      <span class="text">{saidIn(report)}</span>
      <small class="where">{placeName(report.assignment)}</small>
      <small class="when">{agoText(report.created_at)}</small>
      {due && <small class={report.overdue_since ? "due late" : "due"}>{due}</small>}
    </button>
  );
}

/** Where it stands and who has it, in words. */
export function Status({ report: { status, level } }: { report: Pick<ReportDetail, "status" | "level"> }) {
  const says = reportWords.value;
  return (
    <span class={`state state-${status}`}>
      {says.status[status]} · {says.levelShort[level]}
    </span>
  );
}
