// The counts as a file.
import { useState } from "preact/hooks";
import type { TableForm } from "../../api/stats.ts";
import { overviewWords } from "../../i18n/overview/index.ts";
import { table } from "../../state/overview/counts.ts";
import { backwards, period } from "../../state/overview/period.ts";
import { Icon } from "../Icon.tsx";

export function Exports() {
  const says = overviewWords.value.export;
  const [failed, setFailed] = useState(false);
  const save = async (form: TableForm): Promise<void> => {
    setFailed(false);
    try {
      const url = URL.createObjectURL(await table(form));
      const { since, until } = period.peek();
      const link = document.createElement("a");
      link.href = url;
      link.download = `${["gridward-stats", since, until].filter(Boolean).join("_")}.${form}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch {
      setFailed(true);
    }
  };
  return (
    <fieldset class="exports">
      <legend class="unseen">{says.label}</legend>
      {(["csv", "xlsx"] as const).map((form) => (
        <button key={form} type="button" class="button" disabled={backwards.value} onClick={() => void save(form)}>
          <Icon name="download" />
          {says[form]}
        </button>
      ))}
      {failed && (
        <p class="wrong" role="alert">
          {says.failed}
        </p>
      )}
    </fieldset>
  );
}
