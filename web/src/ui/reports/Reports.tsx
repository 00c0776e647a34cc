// The panel of reports: the list of what waits, the page of one, and reporting something.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { reportWords } from "../../i18n/reports/index.ts";
import { insets, wish } from "../../state/camera.ts";
import { loadCategories } from "../../state/reports/categories.ts";
import { follow } from "../../state/reports/live.ts";
import { closePanel, openList, openNew, type Page, page, said } from "../../state/reports/page.ts";
import { shown } from "../../state/reports/report.ts";
import { session, signInAgain } from "../../state/reports/session.ts";
import { Desk } from "../Desk.tsx";
import { Icon } from "../Icon.tsx";
import { List } from "./List.tsx";
import { New, Sent } from "./New.tsx";
import { Newcomer } from "./Newcomer.tsx";
import { ReportPage } from "./ReportPage.tsx";
import { SignIn } from "./SignIn.tsx";

export function Reports() {
  const says = reportWords.value;
  const panel = useRef<HTMLElement>(null);
  const now = page.value;
  const signedIn = session.value.state === "in";
  useEffect(() => {
    void loadCategories();
    void signInAgain();
    // A sheet over the lower half would leave little of the town in sight.
    let shown = false;
    return effect(() => {
      if (shown || insets.value.bottom === 0) return;
      shown = true;
      if (page.peek().at === "list") wish.value = { to: "all" };
    });
  }, []);
  useEffect(() => (signedIn ? follow() : undefined), [signedIn]);
  return (
    <Desk
      panel={panel}
      class="reports"
      says={says}
      page={now.at}
      at={JSON.stringify(now.at === "report" ? now.id : now.at)}
      title={titleOf(now)}
      said={said.value}
      onBack={openList}
      onClose={close}
    >
      <Newcomer />
      {now.at === "list" && (signedIn ? <List /> : <Outside />)}
      {now.at === "report" && <ReportPage />}
      {now.at === "report" && !signedIn && now.token === null && asksWho() && <SignIn />}
      {now.at === "new" && <New />}
      {now.at === "sent" && <Sent report={now.report} />}
    </Desk>
  );
}

/** What everybody may do, and the way in for the staff. */
function Outside() {
  const says = reportWords.value;
  return (
    <>
      <button type="button" class="button strong wide" onClick={() => openNew(null)}>
        <Icon name="reports" />
        {says.report}
      </button>
      <p class="note">{says.reportHint}</p>
      <SignIn />
    </>
  );
}

/** Whether somebody who signs in may see more of the report. */
function asksWho(): boolean {
  return shown.value.state !== "loaded" && shown.value.state !== "unknown";
}

function titleOf(now: Page): string {
  const says = reportWords.value;
  if (now.at === "report") return now.id || says.title;
  return now.at === "list" ? says.title : says.titles[now.at];
}

/** Closing gives the keyboard back to the button that opened it. */
function close(): void {
  closePanel();
  document.querySelector<HTMLElement>(".open-reports")?.focus();
}
