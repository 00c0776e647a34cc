// Another password for whoever is signed in.
import { useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { changePassword } from "../../state/who.ts";

export function OwnPassword() {
  const says = words.value.who.own;
  const current = useRef<HTMLInputElement>(null);
  const wanted = useRef<HTMLInputElement>(null);
  const [trying, setTrying] = useState(false);
  const [done, setDone] = useState(false);
  const [wrong, setWrong] = useState<Problem | undefined | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTrying(true);
    const refused = await changePassword(current.current?.value ?? "", wanted.current?.value ?? "");
    setTrying(false);
    setWrong(refused);
    setDone(refused === null);
    if (refused === null) event.target instanceof HTMLFormElement && event.target.reset();
  };
  const failed = wrong !== null;
  return (
    <details class="own-password">
      <summary>{says.title}</summary>
      <form class="form-fields" onSubmit={submit} noValidate>
        <label class="field">
          <span>{says.current}</span>
          <input ref={current} name="current-password" type="password" autocomplete="current-password" required />
        </label>
        <label class="field">
          <span>{says.wanted}</span>
          <input
            ref={wanted}
            name="new-password"
            type="password"
            autocomplete="new-password"
            required
            aria-invalid={failed}
            aria-describedby="own-password-note"
          />
        </label>
        <p id="own-password-note" class="note">
          {says.note}
        </p>
        {failed && (
          <p class="wrong" role="alert">
            {says.refused(wrong)}
          </p>
        )}
        {done && <p role="status">{says.done}</p>}
        <button type="submit" class="button" disabled={trying}>
          {says.change}
        </button>
      </form>
    </details>
  );
}
