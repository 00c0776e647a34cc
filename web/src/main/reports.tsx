// The panel of reports, loaded when it is opened: joins its layer of the map and its panel.
import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import { showReports } from "../map/reports/layer.ts";
import { shownMap } from "../map/shown.ts";
import { Reports } from "../ui/reports/Reports.tsx";
import "../styles/editions/panel.css";
import "../styles/editions/forms.css";
import "../styles/editions/report.css";
import "../styles/photos.css";
import "../styles/reports/panel.css";
import "../styles/reports/page.css";

/** Puts the panel into `container`; the result takes it away again. */
export function openReports(container: HTMLElement): () => void {
  render(<Reports />, container);
  const stop = effect(() => {
    const map = shownMap.value;
    return map ? untracked(() => showReports(map)) : undefined;
  });
  return () => {
    stop();
    render(null, container);
  };
}
