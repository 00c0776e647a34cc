// Files to upload, how to read them, and what becomes of them.
import { type Signal, useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { TIERS, type Tier } from "../../api/types.ts";
import type { ChosenFile, UploadOptions } from "../../api/upload.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { fileSize } from "../../lib/measure.ts";
import { isPart } from "../../lib/shapefile.ts";
import { edition } from "../../state/editions/list.ts";
import { openMade } from "../../state/editions/page.ts";
import { busy, forgetWork, sendFiles } from "../../state/editions/work.ts";
import { Icon } from "../Icon.tsx";
import { WorkProgress } from "./WorkProgress.tsx";

const TOLERANCE_M = 0.5;
const SYSTEMS = ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4490", "EPSG:4526", "EPSG:4547", "EPSG:3857"];
const ENCODINGS = ["UTF-8", "GBK", "GB18030", "Big5"];

export function Upload() {
  const says = editionWords.value.upload;
  const files = useSignal<readonly ChosenFile[]>([]);
  const repairs = useSignal(false);
  const dissolves = useSignal(false);
  const wrong = useSignal<"files" | "name" | "taken" | null>(null);
  const form = useRef<HTMLFormElement>(null);

  const add = (list: FileList | null | undefined): void => {
    forgetWork();
    const known = new Set(files.value.map(({ file }) => file.name));
    const more = [...(list ?? [])].filter((file) => !known.has(file.name));
    files.value = [...files.value, ...more.map((file) => ({ file, tier: null }))];
    const [first] = more;
    const name = form.current?.elements.namedItem("edition");
    // The file's name is a good start for the edition's.
    if (first && name instanceof HTMLInputElement && name.value === "") name.value = first.name.replace(/\..*$/, "");
    if (wrong.value === "files") wrong.value = null;
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!form.current || busy()) return;
    const options = optionsOf(new FormData(form.current));
    wrong.value =
      files.value.length === 0 ? "files" : options.edition === "" ? "name" : edition(options.edition) ? "taken" : null;
    if (wrong.value) {
      form.current.querySelector<HTMLElement>(wrong.value === "files" ? ".drop input" : "[name=edition]")?.focus();
      return;
    }
    const made = await sendFiles(files.value, options);
    if (made !== null) openMade(made);
  };

  return (
    <form class="upload" ref={form} onSubmit={submit} noValidate inert={busy()}>
      <Drop onFiles={add} wrong={wrong.value === "files"} />
      <Files files={files} />
      <Field name="edition" label={says.edition} placeholder={says.editionHint} wrong={nameFault(wrong.value)} />
      <fieldset class="repairs">
        <Check name="repair" label={says.repair} hint={says.repairHint} on={repairs} />
        {repairs.value && <Tolerance />}
        <Check name="dissolve" label={says.dissolve} hint={says.dissolveHint} on={dissolves} />
        {dissolves.value && <Field name="parent_name" label={says.parentName} placeholder={says.parentNameHint} />}
      </fieldset>
      <details>
        <summary>
          {says.options}
          <small>{says.optionsHint}</small>
        </summary>
        <div class="grid-fields">
          <Field name="code" label={says.code} placeholder={says.auto} />
          <Field name="name" label={says.name} placeholder={says.auto} />
          <Field name="parent" label={says.parent} placeholder={says.auto} />
          <Field name="crs" label={says.crs} placeholder={says.crsHint} choices={SYSTEMS} />
          <Field name="encoding" label={says.encoding} placeholder={says.encodingHint} choices={ENCODINGS} />
        </div>
      </details>
      <button type="submit" class="button strong wide">
        {says.send}
      </button>
    </form>
  );
}

/** Beside the form, which rests while the work goes on. */
export function UploadPage() {
  return (
    <>
      <WorkProgress />
      <Upload />
    </>
  );
}

function nameFault(wrong: "files" | "name" | "taken" | null): string | null {
  const says = editionWords.value.upload;
  return wrong === "name" ? says.noName : wrong === "taken" ? says.taken : null;
}

function optionsOf(data: FormData): UploadOptions {
  const text = (name: string): string => String(data.get(name) ?? "").trim();
  return {
    edition: text("edition"),
    code: text("code"),
    name: text("name"),
    parent: text("parent"),
    crs: text("crs"),
    encoding: text("encoding"),
    repair: data.has("repair"),
    toleranceM: Number.parseFloat(text("tolerance_m")) || TOLERANCE_M,
    dissolve: data.has("dissolve"),
    parentName: text("parent_name"),
  };
}

interface CheckProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly on: Signal<boolean>;
}

function Check({ name, label, hint, on }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        checked={on.value}
        onChange={(event) => {
          on.value = event.currentTarget.checked;
        }}
      />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  );
}

function Drop({ onFiles, wrong }: { onFiles: (list: FileList | null | undefined) => void; wrong: boolean }) {
  const says = editionWords.value.upload;
  const over = useSignal(false);
  const hint = useId();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; the button inside does the same
    <div
      class="drop"
      data-over={over.value}
      data-wrong={wrong}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        onFiles(event.dataTransfer?.files);
      }}
    >
      <Icon name="upload" />
      <p>
        {says.drop}
        <label class="button">
          {says.choose}
          <input
            type="file"
            class="unseen"
            multiple
            aria-describedby={hint}
            onChange={(event) => {
              onFiles(event.currentTarget.files);
              // The same file may be chosen again after it was removed.
              event.currentTarget.value = "";
            }}
          />
        </label>
      </p>
      <small id={hint}>{says.formats}</small>
      {wrong && (
        <p class="wrong" role="alert">
          {says.noFiles}
        </p>
      )}
    </div>
  );
}

function Files({ files }: { files: { value: readonly ChosenFile[] } }) {
  const says = editionWords.value.upload;
  if (files.value.length === 0) return null;
  const names = files.value.map(({ file }) => file.name);
  const set = (at: number, tier: Tier | null): void => {
    files.value = files.value.map((one, place) => (place === at ? { ...one, tier } : one));
  };
  return (
    <ul class="files" aria-label={says.files}>
      {files.value.map(({ file, tier }, at) => (
        <li key={file.name}>
          <span class="file-name" title={file.name}>
            {file.name}
            <small>{fileSize(file.size)}</small>
          </span>
          {isPart(file.name, names) ? (
            <small class="part">{says.belongs}</small>
          ) : (
            <select
              aria-label={says.tier(file.name)}
              value={tier ?? ""}
              onChange={(event) => set(at, (Number(event.currentTarget.value) || null) as Tier | null)}
            >
              <option value="">{says.tierAuto}</option>
              {TIERS.map((one) => (
                <option key={one} value={one}>
                  {says.tierIs[one]}
                </option>
              ))}
            </select>
          )}
          <button
            type="button"
            class="plain"
            aria-label={says.remove(file.name)}
            onClick={() => {
              files.value = files.value.filter((_, place) => place !== at);
            }}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly choices?: readonly string[];
  readonly wrong?: string | null;
}

function Field({ name, label, placeholder, choices, wrong = null }: FieldProps) {
  const id = useId();
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        list={choices && `${id}-choices`}
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : `${id}-wrong`}
      />
      {choices && (
        <datalist id={`${id}-choices`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      {wrong !== null && (
        <span id={`${id}-wrong`} class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </label>
  );
}

export function Tolerance() {
  const says = editionWords.value.upload;
  return (
    <label class="field narrow">
      <span>{says.tolerance}</span>
      <input type="number" name="tolerance_m" min="0.01" max="100" step="any" defaultValue={TOLERANCE_M} required />
      <small>{says.toleranceHint}</small>
    </label>
  );
}
