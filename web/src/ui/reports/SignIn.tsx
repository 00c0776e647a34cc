// The way in for the staff.
import { useRef } from "preact/hooks";
import { reportWords } from "../../i18n/reports/index.ts";
import { accounts, session, signIn } from "../../state/reports/session.ts";
import { saying } from "../editions/Failed.tsx";
import { wayIn } from "../Who.tsx";

export function SignIn() {
  const says = reportWords.value.signIn;
  const now = session.value;
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await signIn(input.current?.value ?? "");
    if (session.peek().state === "in") return;
    input.current?.focus();
    input.current?.select();
  };
  return (
    <form class="sign-in" onSubmit={submit} noValidate>
      <h3>{says.title}</h3>
      <p class="note">{says.text}</p>
      {accounts.value && (
        <a class="button strong" href={wayIn()}>
          {says.account}
        </a>
      )}
      <label class="field">
        <span>{says.key}</span>
        <input
          ref={input}
          type="password"
          name="key"
          placeholder="gw_…"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={now.state === "refused"}
          aria-describedby={now.state === "refused" ? "reports-key-refused" : undefined}
        />
      </label>
      {now.state === "refused" && (
        <p id="reports-key-refused" class="wrong" role="alert">
          {now.problem?.status === 401
            ? says.wrong
            : now.problem?.status === 403
              ? says.forbidden
              : saying(now.problem)}
        </p>
      )}
      <button type="submit" class="button" disabled={now.state === "trying"}>
        {now.state === "trying" ? says.trying : says.button}
      </button>
      <p class="note">{says.kept}</p>
    </form>
  );
}
