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
import { Icon } from "../Icon.tsx";
import { useCovered } from "../viewer/covered.ts";
import { List } from "./List.tsx";
import { New, Sent } from "./New.tsx";
import { Newcomer } from "./Newcomer.tsx";
import { ReportPage } from "./ReportPage.tsx";
import { SignIn } from "./SignIn.tsx";

export function Reports() {
  const says = reportWords.value;
  const panel = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const now = page.value;
  const signedIn = session.value.state === "in";
  useCovered(panel, true);
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
  // Whoever listens or uses the keyboard starts each page at its top.
  const at = JSON.stringify(now.at === "report" ? now.id : now.at);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    panel.current?.scrollTo({ top: 0 });
  }, [at]);
  return (
    <aside class="panel card desk reports" ref={panel} aria-label={says.title} data-page={now.at} onKeyDown={leave}>
      <header>
        {now.at !== "list" && (
          <button type="button" class="plain" aria-label={says.back} onClick={openList}>
            <Icon name="back" />
          </button>
        )}
        <h2 ref={title} tabIndex={-1}>
          {titleOf(now)}
        </h2>
        <button type="button" class="plain" aria-label={says.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p class={said.value === "" ? "unseen" : "outcome"} role="status">
        {said.value}
      </p>
      <Newcomer />
      {now.at === "list" && (signedIn ? <List /> : <Outside />)}
      {now.at === "report" && <ReportPage />}
      {now.at === "report" && !signedIn && now.token === null && asksWho() && <SignIn />}
      {now.at === "new" && <New />}
      {now.at === "sent" && <Sent report={now.report} />}
    </aside>
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

/** One page back, and from the first one out. A dialog keeps its own Escape. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  if (page.peek().at === "list") close();
  else openList();
}

/** Closing gives the keyboard back to the button that opened it. */
function close(): void {
  closePanel();
  document.querySelector<HTMLElement>(".open-reports")?.focus();
}
