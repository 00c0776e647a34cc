// Over which days is counted: ready-made periods, or one's own.
import { overviewWords } from "../../i18n/overview/index.ts";
import { backwards, type Period, PRESETS, period, presetOf, presetPeriod } from "../../state/overview/period.ts";

export function PeriodChoice() {
  const says = overviewWords.value.period;
  const now = period.value;
  const preset = presetOf(now);
  const change = (part: Partial<Period>): void => {
    period.value = { ...period.peek(), ...part };
  };
  return (
    <fieldset class="period">
      <legend class="unseen">{says.label}</legend>
      <div class="presets">
        {PRESETS.map((one) => (
          <button
            key={one}
            type="button"
            class="chip"
            aria-pressed={preset === one}
            onClick={() => change(presetPeriod(one))}
          >
            {says.presets[one]}
          </button>
        ))}
      </div>
      <label class="field">
        <span>{says.since}</span>
        <input
          type="date"
          value={now.since}
          aria-invalid={backwards.value}
          onChange={(event) => change({ since: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{says.until}</span>
        <input
          type="date"
          value={now.until}
          aria-invalid={backwards.value}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      </label>
      {backwards.value && (
        <p class="wrong" role="alert">
          {says.backwards}
        </p>
      )}
    </fieldset>
  );
}
