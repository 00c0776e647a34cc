// Another grid for a report, found by name or pointed at on the map, which stays in reach meanwhile.
import { useEffect } from "preact/hooks";
import type { ReportStep } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { reportWords } from "../../i18n/reports/index.ts";
import { answer, forget } from "../../state/answer.ts";
import { pointing } from "../../state/desk.ts";
import { show } from "../../state/search.ts";
import { Note, stepOf } from "./Actions.tsx";
import { GridSearch } from "./GridSearch.tsx";

export interface ReassignProps {
  readonly working: boolean;
  readonly onConfirm: (step: ReportStep) => void;
  readonly onClose: () => void;
}

export function Reassign({ working, onConfirm, onClose }: ReassignProps) {
  const says = reportWords.value;
  const now = answer.value;
  // The smallest grid first: that is what is meant as a rule.
  const grids = now.state === "answered" ? now.answer.grids.toReversed() : [];
  useEffect(() => {
    pointing.value = true;
    return () => {
      pointing.value = false;
      forget();
    };
  }, []);
  return (
    <form
      class="reassign"
      aria-label={says.steps.reassign?.title}
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm(stepOf(new FormData(event.currentTarget)));
      }}
    >
      <h3>{says.steps.reassign?.title}</h3>
      <GridSearch label={says.reassign.search} choose={show} />
      <p class="note">{says.reassign.hint}</p>
      {now.state === "answered" && grids.length === 0 && <p class="wrong">{says.reassign.none}</p>}
      {grids.length > 0 && (
        <fieldset class="when">
          <legend>{says.reassign.choose}</legend>
          {grids.map(({ code, name, tier }, at) => (
            <label key={code} class="check">
              <input type="radio" name="grid" value={code} defaultChecked={at === 0} />
              <span>
                {name}
                <small>
                  {words.value.tiers[tier]} · {code}
                </small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <Note needed={false} />
      <div class="answers">
        <button type="button" class="button quiet" onClick={onClose}>
          {words.value.cancel}
        </button>
        <button type="submit" class="button strong" disabled={working || grids.length === 0}>
          {working ? says.working : says.steps.reassign?.button}
        </button>
      </div>
    </form>
  );
}
