// A leader's work on the phone: the reports of the grid, new ones as they come.
import { useEffect, useRef } from "preact/hooks";
import type { ReportDetail } from "../../api/types.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import {
  choose,
  type Filter,
  filter,
  fresh,
  isOwn,
  signInAgain,
  signOut,
  staff,
  stale,
  tasks,
  watch,
} from "../../state/mobile/staff.ts";
import { loadCategories } from "../../state/mobile/writing.ts";
import { SignIn } from "./SignIn.tsx";
import { Task } from "./Task.tsx";

const FILTERS: readonly Filter[] = ["open", "resolved", "closed"];

export function Work() {
  const says = mobileWords.value;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
    void loadCategories();
    void signInAgain();
    return watch();
  }, []);
  return (
    <section class="work">
      <div class="form-top">
        <h2 ref={title} tabIndex={-1}>
          {says.titles.work}
        </h2>
        {staff.value.state === "in" && (
          <button type="button" class="button quiet" onClick={signOut}>
            {says.work.out}
          </button>
        )}
      </div>
      {staff.value.state === "in" && <List />}
      {staff.value.state === "out" && <SignIn />}
    </section>
  );
}

function List() {
  const says = mobileWords.value.work;
  const found = tasks.value;
  // What is settled waits for nobody here.
  const isHere = (report: ReportDetail): boolean => filter.value !== "open" || isOwn(report);
  const own = found?.filter(isHere) ?? [];
  const above = found?.filter((report) => !isHere(report)) ?? [];
  return (
    <>
      <fieldset class="filters">
        <legend class="unseen">{says.filtersLabel}</legend>
        {FILTERS.map((one) => (
          <label key={one}>
            <input type="radio" name="filter" checked={filter.value === one} onChange={() => choose(one)} />
            <span>{says.filters[one]}</span>
          </label>
        ))}
      </fieldset>
      <p class="unseen" role="status">
        {fresh.value.size > 0 ? says.newcomers(fresh.value.size) : ""}
      </p>
      {stale.value && (
        <p class="note-stale" role="status">
          {says.stale}
        </p>
      )}
      {found?.length === 0 && <p>{says.none}</p>}
      {found && found.length > 0 && <p class="caption">{says.count(found.length)}</p>}
      <div class="tasks" aria-busy={found === null}>
        <Tasks reports={own} />
        {above.length > 0 && (
          <section class="above" aria-labelledby="above">
            <h3 id="above">{says.above}</h3>
            <p class="caption">{says.aboveText}</p>
            <Tasks reports={above} />
          </section>
        )}
      </div>
    </>
  );
}

function Tasks({ reports }: { reports: readonly ReportDetail[] }) {
  return (
    <ul class="cards">
      {reports.map((report) => (
        <li key={report.id}>
          <Task report={report} />
        </li>
      ))}
    </ul>
  );
}
