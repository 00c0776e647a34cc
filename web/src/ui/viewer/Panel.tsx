// The answer beside the map; a sheet at the bottom of a narrow screen.
import { useEffect, useRef } from "preact/hooks";
import type { LocateAnswer } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { formatPlace, type Place } from "../../lib/place.ts";
import { type Answer, answer, ask, forget } from "../../state/answer.ts";
import { openNew } from "../../state/reports/page.ts";
import { CopyLink } from "../CopyLink.tsx";
import { announcement, Grids, Warnings } from "../Grids.tsx";
import { Icon } from "../Icon.tsx";
import { Team } from "../Team.tsx";
import { useCovered } from "./covered.ts";

/** Nearer than this a finger, or a phone's position, is easily on the other side. */
const NEAR_BORDER_M = 10;

export function Panel() {
  const now = answer.value;
  const says = words.value;
  const panel = useRef<HTMLElement>(null);
  useCovered(panel, now.state !== "none");
  useEscape(panel);
  return (
    <>
      <p class="unseen announcement" role="status">
        {now.state === "answered" ? announcement(now.answer) : ""}
      </p>
      {now.state !== "none" && (
        <aside class="panel card" ref={panel} aria-label={says.panel} data-state={now.state}>
          <button type="button" class="plain close" aria-label={says.close} onClick={() => close(panel.current)}>
            <Icon name="close" />
          </button>
          <Content now={now} />
        </aside>
      )}
    </>
  );
}

function Content({ now }: { now: Exclude<Answer, { state: "none" }> }) {
  const says = words.value;
  if (now.state === "asking") return <p class="waiting">{says.asking}</p>;
  if (now.state === "failed") {
    return (
      <div class="failed" role="alert">
        <p>{now.problem ? says.failedService(now.problem.detail ?? now.problem.title) : says.failedNetwork}</p>
        <button type="button" class="button" onClick={() => void ask(now.query)}>
          {says.retry}
        </button>
      </div>
    );
  }
  return (
    <>
      <Grids answer={now.answer} />
      <Warnings answer={now.answer} />
      {now.answer.grids.length > 0 && <Team answer={now.answer} />}
      <Facts answer={now.answer} at={now.query.place} />
    </>
  );
}

function Facts({ answer, at }: { answer: LocateAnswer; at: Place }) {
  const says = words.value;
  const distance = answer.border_distance_m;
  const inside = answer.grids.length > 0;
  return (
    <footer class="facts">
      {inside && typeof distance === "number" && (
        <p class="border-distance" data-metres={distance}>
          <Icon name="border" />
          <span>
            {says.borderDistance(distance)}
            {distance < NEAR_BORDER_M && <em>{says.nearBorder}</em>}
          </span>
        </p>
      )}
      <p class="at">
        <Icon name="place" />
        <span>
          {formatPlace(at, 6)} · {says.edition(answer.edition)}
        </span>
      </p>
      <button type="button" class="button report-here" onClick={() => openNew(at)}>
        <Icon name="reports" />
        {says.reports.here}
      </button>
      <CopyLink />
    </footer>
  );
}

/** Closing gives the keyboard back to the map. */
function close(panel: HTMLElement | null): void {
  const held = panel?.contains(document.activeElement);
  forget();
  if (held) document.querySelector<HTMLElement>(".maplibregl-canvas")?.focus();
}

function useEscape(panel: { current: HTMLElement | null }): void {
  useEffect(() => {
    const closes = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) close(panel.current);
    };
    addEventListener("keydown", closes);
    return () => removeEventListener("keydown", closes);
  }, [panel]);
}
