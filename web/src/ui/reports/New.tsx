// Reporting something at a place, for everybody; and what whoever has no key keeps of it.
import type { ReportDetail } from "../../api/types.ts";
import { language } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { formatReportLink } from "../../lib/link.ts";
import { formatPlace } from "../../lib/place.ts";
import { answer, placeOf } from "../../state/answer.ts";
import { categories } from "../../state/reports/categories.ts";
import { draft, preview, send, sending, unsent, write } from "../../state/reports/draft.ts";
import { openNew, openReport } from "../../state/reports/page.ts";
import { Contact } from "../Contact.tsx";
import { saying } from "../editions/Failed.tsx";
import { Icon } from "../Icon.tsx";
import { Phone } from "./ReportPage.tsx";
import { holderName, placeName } from "./says.ts";

export function New() {
  const says = reportWords.value.new;
  const now = draft.value;
  const at = placeOf(answer.value);
  return (
    <form
      class="new-report"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class={at ? "place" : "place missing"} role="status">
        <Icon name="place" />
        <p>
          {at ? formatPlace(at, 6) : says.point}
          {at && <small>{says.move}</small>}
        </p>
      </div>
      <label class="field">
        <span>{says.category}</span>
        <select
          name="category"
          required
          value={now.category}
          onChange={(event) => write({ category: event.currentTarget.value })}
        >
          <option value="">{says.choose}</option>
          {categories.value.map((category) => (
            <option key={category.code} value={category.code}>
              {category[language.value]}
            </option>
          ))}
        </select>
        <Hint category={now.category} />
      </label>
      <label class="field">
        <span>{says.description}</span>
        <textarea
          name="description"
          required
          rows={4}
          maxLength={5000}
          placeholder={says.descriptionHint}
          value={now.description}
          onInput={(event) => write({ description: event.currentTarget.value })}
        />
      </label>
      <div class="period">
        <Contact
          says={says}
          name={now.name}
          phone={now.phone}
          onName={(name) => write({ name })}
          onPhone={(phone) => write({ phone })}
        />
      </div>
      <GoesTo />
      {unsent.value && (
        <p class="fault" role="alert">
          {unsent.value.problem ? saying(unsent.value.problem) : says.unsent}
        </p>
      )}
      <button type="submit" class="button strong wide" disabled={!at || sending.value}>
        {sending.value ? says.sending : says.send}
      </button>
    </form>
  );
}

/** What belongs to a kind; the rules have both languages in one text, parted by a dot. */
function Hint({ category }: { category: string }) {
  const text = categories.value.find(({ code }) => code === category)?.description;
  if (!text) return null;
  const [chinese, english = chinese] = text.split(" · ");
  return <small>{language.value === "zh" ? chinese : english}</small>;
}

function GoesTo() {
  const says = reportWords.value;
  const to = preview.value;
  if (!to) return null;
  return (
    <div class="goes-to" role="status">
      <small>{says.new.goesTo}</small>
      <Who assignment={to} />
    </div>
  );
}

function Who({ assignment }: { assignment: ReportDetail["assignment"] }) {
  const says = reportWords.value;
  const { leader, level, rule } = assignment;
  if (rule === "unassigned") return <p>{says.new.byTown}</p>;
  return (
    <p>
      <strong>{says.story.now(says.level[level], holderName(assignment, level))}</strong>
      {leader && (
        <span>
          {leader.name} <Phone name={leader.name} phone={leader.phone} />
        </span>
      )}
    </p>
  );
}

export function Sent({ report }: { report: ReportDetail }) {
  const says = reportWords.value.new;
  const token = report.token ?? null;
  const link = new URL(formatReportLink({ id: report.id, token }), location.href).href;
  return (
    <div class="sent" data-report={report.id}>
      <p class="sound">
        <Icon name="check" />
        <span>
          <strong>{says.kept}</strong>
          {says.number} {report.id} · {placeName(report.assignment)}
        </span>
      </p>
      <div class="goes-to">
        <small>{says.goesTo}</small>
        <Who assignment={report.assignment} />
      </div>
      <p class="note">
        {says.keepLink}
        <code>{link}</code>
      </p>
      <button type="button" class="button strong" onClick={() => openReport(report.id, token)}>
        {says.follow}
      </button>
      <button type="button" class="button" onClick={() => openNew(null)}>
        {says.another}
      </button>
    </div>
  );
}
