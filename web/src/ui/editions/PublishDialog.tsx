// Putting an edition in force: when, what will change, and which errors are overridden.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { compare } from "../../api/editions.ts";
import type { Comparison, Edition } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { changesOf, isSmall, KINDS } from "../../state/editions/changes.ts";
import { inForce, loadList } from "../../state/editions/list.ts";
import { said } from "../../state/editions/page.ts";
import { groups } from "../../state/editions/report.ts";
import { keyNow } from "../../state/editions/session.ts";
import { publish } from "../../state/editions/work.ts";
import { Dialog } from "../Dialog.tsx";

/** Errors that can be accepted by name: the others leave nothing to publish, or no one answer. */
const ACCEPTABLE = new Set(["overlap", "self_intersection", "empty_geometry"]);

export function PublishDialog({ info, onClose }: { info: Edition; onClose: () => void }) {
  const says = editionWords.value.publish;
  const later = useSignal(false);
  const confirmed = useSignal(false);
  const past = useSignal(false);
  const published = info.state === "published";
  const errors = published ? [] : groups.value.filter(({ severity }) => severity === "error");
  const forbidding = errors.filter(({ code }) => !ACCEPTABLE.has(code));
  const overridden = errors.filter(({ code }) => ACCEPTABLE.has(code));
  const warnings = groups.value.reduce(
    (sum, { severity, places }) => sum + (severity === "warning" ? places.length : 0),
    0,
  );

  const go = async (form: FormData): Promise<void> => {
    const time = later.value ? new Date(String(form.get("from"))) : null;
    past.value = time !== null && !(time.getTime() > Date.now());
    if (past.value) return;
    onClose();
    const body = {
      ...(time && { from: time.toISOString() }),
      ...(overridden.length > 0 && { allow: overridden.map(({ code }) => code), confirm: true }),
    };
    const name = await publish(info.name, body);
    if (name === null) return;
    await loadList();
    said.value = time ? says.doneFrom(name, editionWords.value.time(time.toISOString())) : says.done(name);
  };

  return (
    <Dialog
      title={says.title(info.name)}
      button={later.value ? says.buttonFrom : says.button}
      disabled={forbidding.length > 0 || (overridden.length > 0 && !confirmed.value)}
      onConfirm={(form) => void go(form)}
      onClose={onClose}
    >
      {forbidding.length > 0 && <Errors title={says.blocked} groups={forbidding} forbids />}
      {forbidding.length === 0 && (
        <>
          <fieldset class="when">
            <legend>{says.when}</legend>
            {[false, true].map((choice) => (
              <label key={String(choice)} class="check">
                <input
                  type="radio"
                  name="when"
                  checked={later.value === choice}
                  onChange={() => {
                    later.value = choice;
                  }}
                />
                <span>{choice ? says.from : says.now}</span>
              </label>
            ))}
            {later.value && (
              <label class="field">
                <span class="unseen">{says.time}</span>
                <input type="datetime-local" name="from" required aria-invalid={past.value} />
                {past.value && (
                  <span class="wrong" role="alert">
                    {says.timePast}
                  </span>
                )}
              </label>
            )}
          </fieldset>
          <WhatChanges name={info.name} />
          {overridden.length > 0 && (
            <>
              <Errors title={says.overridden} groups={overridden} />
              <label class="check confirm">
                <input
                  type="checkbox"
                  checked={confirmed.value}
                  onChange={(event) => {
                    confirmed.value = event.currentTarget.checked;
                  }}
                />
                <span>{says.confirm}</span>
              </label>
            </>
          )}
        </>
      )}
      {!published && warnings > 0 && <p class="note">{says.warnings(warnings)}</p>}
    </Dialog>
  );
}

interface ErrorsProps {
  readonly title: string;
  readonly groups: readonly { code: string; places: readonly number[]; areaM2: number }[];
  readonly forbids?: boolean;
}

function Errors({ title, groups, forbids = false }: ErrorsProps) {
  const says = editionWords.value;
  return (
    <section class="overridden" data-forbids={forbids}>
      <h3>{title}</h3>
      <ul>
        {groups.map(({ code, places, areaM2 }) => (
          <li key={code} data-code={code}>
            <strong>{says.problems[code]?.name ?? code}</strong>
            <span class="count">{places.length.toLocaleString("en")}</span>
            <small>
              {says.problems[code]?.advice}
              {areaM2 > 0 && ` · ${says.area(areaM2)}`}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Against the edition in force, in figures; the comparison itself has the list and the map. */
function WhatChanges({ name }: { name: string }) {
  const says = editionWords.value;
  const old = inForce.value?.name;
  const found = useSignal<Comparison | null | "failed">(null);
  useEffect(() => {
    if (old === undefined || old === name) return;
    const controller = new AbortController();
    compare(old, name, keyNow(), controller.signal).then(
      (comparison) => {
        found.value = comparison;
      },
      () => {
        // What would change is told for information; the service says itself whether it can be published.
        found.value = "failed";
      },
    );
    return () => controller.abort();
  }, [old, name, found]);
  const changes = found.value === null || found.value === "failed" ? [] : changesOf(found.value);
  const large = changes.filter((change) => !isSmall(change));
  return (
    <section class="what-changes">
      <h3>{says.publish.changes}</h3>
      {old === undefined && <p>{says.publish.first}</p>}
      {old !== undefined && old !== name && found.value === null && <p class="waiting">{says.loading}</p>}
      {found.value === "failed" && <p class="waiting">—</p>}
      {(old === name || (found.value !== null && found.value !== "failed" && changes.length === 0)) && (
        <p>{says.publish.same}</p>
      )}
      {changes.length > 0 && (
        <ul class="figures">
          {KINDS.map((kind) => [kind, large.filter((change) => change.kind === kind).length] as const)
            .filter(([, count]) => count > 0)
            .map(([kind, count]) => (
              <li key={kind}>
                <strong>{count.toLocaleString("en")}</strong>
                {says.compare.kinds[kind]}
              </li>
            ))}
          {large.length < changes.length && (
            <li data-kind="small">
              <strong>{(changes.length - large.length).toLocaleString("en")}</strong>
              {says.compare.smallKind}
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
