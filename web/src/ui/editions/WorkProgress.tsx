// Work on its way: how far it is, a way to end it, and how it ended.
import type { Problem } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { placeInChinese } from "../../i18n/editions/reading.ts";
import { language } from "../../i18n/index.ts";
import { fileSize, percent } from "../../lib/measure.ts";
import { cancel, type Work, work } from "../../state/editions/work.ts";
import { useArrival } from "../arrival.ts";
import { saying } from "./Failed.tsx";
import { English, inTheLanguage } from "./Sentence.tsx";

/** Faults beyond these are counted only. */
const MOST_FAULTS = 50;

export function WorkProgress() {
  const says = editionWords.value.work;
  const now = work.value;
  const underWay = now.state === "sending" || now.state === "running";
  const progressing = useArrival<HTMLDivElement>(underWay ? now.purpose : "");
  const cancelled = useArrival<HTMLParagraphElement>(now.state === "cancelled" ? now.purpose : "");
  switch (now.state) {
    case "none":
    case "done":
      return null;
    case "cancelled":
      return (
        <p class="outcome" role="status" tabIndex={-1} ref={cancelled}>
          {says.cancelled}
        </p>
      );
    case "failed":
      return <Fault now={now} />;
    default: {
      const { words, share } = progress(now);
      const ending = now.state === "running" && now.ending;
      return (
        <div class="work" role="status" data-work={now.state} tabIndex={-1} ref={progressing}>
          <p>
            <strong>{says.purpose[now.purpose]}</strong>
            <span>{ending ? says.ending : words}</span>
          </p>
          <progress max={1} value={share ?? undefined} aria-label={says.purpose[now.purpose]} />
          <button type="button" class="button" disabled={ending} onClick={() => void cancel()}>
            {says.cancel}
          </button>
        </div>
      );
    }
  }
}

/** `share` is null while nobody knows. */
function progress(now: Extract<Work, { state: "sending" | "running" }>): { words: string; share: number | null } {
  const says = editionWords.value.work;
  if (now.state === "sending") {
    const words = says.sending(fileSize(now.sent), fileSize(now.total));
    return { words, share: now.total > 0 ? now.sent / now.total : null };
  }
  const { stage, progress } = now.job;
  const doing = says.stages[stage] ?? says.running;
  return progress > 0 ? { words: `${doing} ${percent(progress)}`, share: progress } : { words: doing, share: null };
}

function Fault({ now }: { now: Extract<Work, { state: "failed" }> }) {
  const says = editionWords.value.work;
  const faults = faultsOf(now.problem);
  const heading = useArrival<HTMLHeadingElement>(now.purpose);
  return (
    <div class="fault" role="alert">
      <h3 tabIndex={-1} ref={heading}>
        {says.failed[now.purpose]}
      </h3>
      <p>{saying(now.problem)}</p>
      {faults.length > 0 && (
        <>
          <p class="caption">{says.faults(faults.length)}</p>
          <ol class="faults">
            {faults.slice(0, MOST_FAULTS).map((fault) => (
              <li key={`${fault.where} ${fault.message}`}>
                {fault.where && <code>{fault.where}</code>}
                <Message sentence={fault.message} />
              </li>
            ))}
          </ol>
          {faults.length > MOST_FAULTS && <p class="note">{says.more(faults.length - MOST_FAULTS)}</p>}
        </>
      )}
    </div>
  );
}

function Message({ sentence }: { sentence: string }) {
  const known = inTheLanguage(sentence);
  if (known !== null) return <span>{known}</span>;
  return (
    <>
      <small>{editionWords.value.work.inEnglish}</small>
      <English sentence={sentence} />
    </>
  );
}

interface FaultWords {
  readonly where: string;
  readonly message: string;
}

function faultsOf(problem: Problem | null): FaultWords[] {
  return (problem?.errors ?? []).map(({ source, field, message }) => {
    const where = source && language.value === "zh" ? placeInChinese(source) : source;
    // Without a file it is a field of the form.
    const what = source || !field ? field : fieldOfTheForm(field);
    return { where: [where, what].filter(Boolean).join(" · "), message };
  });
}

function fieldOfTheForm(name: string): string {
  const { edition, code, name: title, parent, parentName, crs, encoding, tolerance } = editionWords.value.upload;
  const labels: Record<string, string> = {
    edition,
    code,
    name: title,
    parent,
    parent_name: parentName,
    crs,
    encoding,
    tolerance_m: tolerance,
  };
  return labels[name] ?? name;
}
