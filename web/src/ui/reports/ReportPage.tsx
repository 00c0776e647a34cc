// The page of one report: what it is, who has it, what can be done with it, and its whole story.
import type { ComponentChildren } from "preact";
import type { ReportDetail } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { dialable } from "../../lib/measure.ts";
import { categoryName } from "../../state/reports/categories.ts";
import { openReport, page } from "../../state/reports/page.ts";
import { reload, shown, told } from "../../state/reports/report.ts";
import { keyNow } from "../../state/reports/session.ts";
import { CopyLink } from "../CopyLink.tsx";
import { dueText } from "../deadline.ts";
import { Failed } from "../editions/Failed.tsx";
import { holderOf } from "../holder.ts";
import { Icon } from "../Icon.tsx";
import { Photos } from "../mobile/Photos.tsx";
import { saidIn } from "../said.ts";
import { Actions } from "./Actions.tsx";
import { Status } from "./List.tsx";
import { MarkOf } from "./Mark.tsx";
import { Story } from "./Story.tsx";
import { agoText, placeName } from "./says.ts";
import { Why } from "./Why.tsx";

export function ReportPage() {
  const says = reportWords.value;
  const now = shown.value;
  if (now.state === "none") return null;
  if (now.state === "loading") return <p class="waiting">{says.loading}</p>;
  if (now.state === "failed" || now.state === "unknown") {
    const problem = now.state === "failed" ? now.problem : null;
    const gone = now.state === "unknown" || problem?.status === 404 || problem?.status === 401;
    return gone ? (
      <p class="fault" role="alert">
        {now.state === "unknown" ? says.page.noSuch : says.page.notYours}
      </p>
    ) : (
      <Failed problem={problem} retry={() => void reload()} />
    );
  }
  const { report } = now;
  return (
    <article class="report-page" data-report={report.id} data-version={report.version} data-status={report.status}>
      <header class="what">
        <MarkOf report={report} />
        <h3>{categoryName.value(report.category)}</h3>
        <Status report={report} />
      </header>
      <p class="description">{saidIn(report)}</p>
      <Due report={report} />
      <Actions report={report} />
      <Photos id={report.id} access={{ token: tokenNow(), key: keyNow() }} turn={told.value} />
      <Facts report={report} />
      <Story report={report} />
      <Why key={report.id} />
      <CopyLink />
    </article>
  );
}

function tokenNow(): string | null {
  return page.value.at === "report" ? page.value.token : null;
}

function Due({ report }: { report: ReportDetail }) {
  const due = dueText(report);
  if (!due) return null;
  return <p class={report.overdue_since ? "due late" : "due"}>{due}</p>;
}

function Facts({ report }: { report: ReportDetail }) {
  const says = reportWords.value;
  const { assignment, reporter } = report;
  const holder = holderOf(report);
  const { leader, party_group } = holder;
  return (
    <dl class="facts-list">
      <Fact name={says.page.where}>{placeName(assignment)}</Fact>
      <Fact name={says.page.holder}>
        <span class="holder">{says.story.now(says.level[holder.level], holder.grid?.name ?? null)}</span>
      </Fact>
      {party_group && (
        <Fact name={words.value.partyGroup}>
          <span class="party-group">{party_group}</span>
        </Fact>
      )}
      {leader && (
        <Fact name={says.page.leader}>
          <span class="leader-name">
            {leader.name}
            {leader.deputy && says.page.deputy}
          </span>{" "}
          <Phone name={leader.name} phone={leader.phone} />
        </Fact>
      )}
      {reporter && (
        <Fact name={says.page.reporter}>
          {reporter.name ?? says.page.anonymous} <Phone name={reporter.name ?? ""} phone={reporter.phone} />
        </Fact>
      )}
      <Fact name={says.story.report}>
        {says.time(report.created_at)}（{agoText(report.created_at)}）
      </Fact>
      {report.occurred_at && <Fact name={says.page.occurred}>{says.time(report.occurred_at)}</Fact>}
      {report.external_id && <Fact name={says.page.external}>{report.external_id}</Fact>}
      {report.settled_at && report.settled_level && (
        <Fact name={says.story.resolve}>
          {says.page.settled(says.level[report.settled_level], says.time(report.settled_at))}
        </Fact>
      )}
      {report.merged_into && (
        <Fact name={says.page.mergedInto}>
          <Link id={report.merged_into} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** To another report's page, on this page's own address. */
function Link({ id }: { id: string }) {
  return (
    <a
      href={`#report=${id}`}
      onClick={(event) => {
        event.preventDefault();
        openReport(id);
      }}
    >
      {id}
    </a>
  );
}

export function Phone({ name, phone }: { name: string; phone: string | null | undefined }) {
  if (!phone) return null;
  const number = dialable(phone);
  if (!number) return <span class="phone">{phone}</span>;
  return (
    <a class="phone call" href={`tel:${number}`} aria-label={`${reportWords.value.page.call(name)} ${phone}`}>
      <Icon name="phone" />
      {phone}
    </a>
  );
}
