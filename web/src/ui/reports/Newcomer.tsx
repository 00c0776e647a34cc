// Tells of a report that came in while somebody was looking, whichever page is open.
import { reportWords } from "../../i18n/reports/index.ts";
import { categoryName } from "../../state/reports/categories.ts";
import { newcomer } from "../../state/reports/list.ts";
import { openReport } from "../../state/reports/page.ts";
import { Icon } from "../Icon.tsx";
import { placeName } from "./says.ts";

export function Newcomer() {
  const says = reportWords.value;
  const report = newcomer.value;
  return (
    <div class="newcomer" role="status" hidden={report === null}>
      {report && (
        <>
          <button
            type="button"
            class="told"
            onClick={() => {
              newcomer.value = null;
              openReport(report.id);
            }}
          >
            {says.newcomer(categoryName.value(report.category), placeName(report.assignment))}
          </button>
          <button
            type="button"
            class="plain"
            aria-label={says.close}
            onClick={() => {
              newcomer.value = null;
            }}
          >
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  );
}
