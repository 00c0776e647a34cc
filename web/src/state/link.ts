// Keeps the address and the page together: a copied link shows the same place, or report, to whoever opens it.
import { effect } from "@preact/signals";
import { formatLink, formatReportLink, parseLink, parseReportLink } from "../lib/link.ts";
import { answer, ask, forget } from "./answer.ts";
import { wish, zoom } from "./camera.ts";
import { desk } from "./desk.ts";
import { openReport, page } from "./reports/page.ts";

export function followLink(): void {
  open();
  addEventListener("hashchange", open);
  effect(() => {
    const hash = hashNow();
    // `replaceState` fires no `hashchange`, so this does not ask again; going back leaves the page, as before a click.
    if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
  });
}

function hashNow(): string {
  const open = page.value;
  if (desk.value === "reports" && open.at === "report") return formatReportLink(open);
  const now = answer.value;
  return now.state === "none" ? "" : formatLink({ place: now.query.place, zoom: zoom.value });
}

function open(): void {
  const report = parseReportLink(location.hash);
  if (report) {
    openReport(report.id, report.token);
    return;
  }
  if (desk.peek() === "reports" && page.peek().at === "report") desk.value = null;
  const link = parseLink(location.hash);
  if (link) {
    wish.value = { to: "place", place: link.place, zoom: link.zoom };
    void ask({ place: link.place });
  } else {
    forget();
  }
}
