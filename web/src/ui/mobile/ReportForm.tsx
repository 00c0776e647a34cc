// Reporting in three taps: the place is known already, then what it is about, then send. Words and photos may go with it.
import { useEffect, useRef } from "preact/hooks";
import { words } from "../../i18n/index.ts";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { answer } from "../../state/answer.ts";
import { go } from "../../state/mobile/view.ts";
import {
  categories,
  category,
  hasPlace,
  loadCategories,
  name,
  named,
  nameOf,
  phone,
  shrinking,
  submit,
  text,
} from "../../state/mobile/writing.ts";
import { position } from "../../state/position.ts";
import { Contact } from "../Contact.tsx";
import { Icon } from "../Icon.tsx";
import { Certainty } from "./Certainty.tsx";
import { Photographed, TakePhoto } from "./PhotoPicker.tsx";
import { type MountPicker, Ways } from "./Ways.tsx";

/** As the service takes them. */
const MOST_LETTERS = 5_000;

export function ReportForm({ mountPicker }: { mountPicker: MountPicker }) {
  const says = mobileWords.value.report;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
    void loadCategories();
  }, []);
  const ready = hasPlace() && category.value !== null && shrinking.value === 0;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await submit()) go("mine");
  };
  return (
    <form class="report-form" onSubmit={send} noValidate>
      <div class="form-top">
        <button type="button" class="button quiet" onClick={() => go("here")}>
          <Icon name="back" />
          {mobileWords.value.back}
        </button>
        <h2 ref={title} tabIndex={-1}>
          {mobileWords.value.titles.report}
        </h2>
      </div>
      <Where />
      <Choice />
      <Photographed />
      <details class="more">
        <summary>{says.more}</summary>
        <label class="field">
          <span>{says.text}</span>
          <textarea
            name="description"
            rows={3}
            maxLength={MOST_LETTERS}
            placeholder={says.textHint}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        <Contact
          says={says}
          name={name.value}
          phone={phone.value}
          onName={(text) => {
            name.value = text;
          }}
          onPhone={(text) => {
            phone.value = text;
          }}
        />
        <p class="hint">{says.contactNote}</p>
      </details>
      <div class="send">
        <TakePhoto />
        <button type="submit" class="button strong" disabled={!ready}>
          <Icon name="upload" />
          {category.value === null ? says.chooseFirst : says.sendNamed(nameOf(category.value))}
        </button>
      </div>
      <Ways mountPicker={mountPicker} />
    </form>
  );
}

function Where() {
  const all = words.value;
  const says = mobileWords.value.report;
  const now = answer.value;
  const from = position.value;
  if (now.state === "none") {
    return (
      <p class="where" role="status">
        {from.from === "asking" ? all.mobile.asking : says.noPosition}
      </p>
    );
  }
  const accuracy = from.from === "device" ? all.mobile.accuracy(from.accuracyM) : null;
  const answered = now.state === "answered" ? now.answer : null;
  return (
    <div class="where">
      {answered && answered.grids.length > 0 && (
        <p class="place">
          <span class="caption">{says.goesTo}</span>
          <strong>{answered.grids.map(({ name }) => name).join(" · ")}</strong>
        </p>
      )}
      {(now.state === "failed" || answered?.grids.length === 0) && <p class="place">{says.noGrid}</p>}
      {now.state === "asking" && <p class="place">{all.mobile.looking}</p>}
      <p class="source">
        <Icon name="target" />
        {accuracy ?? (from.from === "map" ? all.mobile.chosen : all.mobile.typed)}
      </p>
      {answered && <Certainty answer={answered} />}
    </div>
  );
}

function Choice() {
  const says = mobileWords.value.report;
  if (categories.value.length === 0) return <p role="status">{says.loading}</p>;
  return (
    <fieldset class="categories">
      <legend>{says.category}</legend>
      {categories.value.map((one) => (
        <label key={one.code} data-code={one.code}>
          <input
            type="radio"
            name="category"
            value={one.code}
            checked={category.value === one.code}
            onChange={() => {
              category.value = one.code;
            }}
          />
          <span>{named(one)}</span>
        </label>
      ))}
    </fieldset>
  );
}
