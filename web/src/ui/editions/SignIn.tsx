// The way in for administrators.
import { useRef } from "preact/hooks";
import { editionWords } from "../../i18n/editions/index.ts";
import { loadList } from "../../state/editions/list.ts";
import { session, signIn } from "../../state/editions/session.ts";
import { resume } from "../../state/editions/work.ts";
import { wayIn } from "../Who.tsx";
import { saying } from "./Failed.tsx";

export function SignIn() {
  const says = editionWords.value.signIn;
  const now = session.value;
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const jobs = await signIn(input.current?.value ?? "");
    if (session.peek().state !== "in") {
      input.current?.focus();
      input.current?.select();
      return;
    }
    void resume(jobs);
    await loadList();
  };
  return (
    <form class="sign-in" onSubmit={submit} noValidate>
      <h3>{says.title}</h3>
      <p class="note">{says.text}</p>
      <a class="button strong" href={wayIn()}>
        {says.account}
      </a>
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
          aria-describedby={now.state === "refused" ? "key-refused" : undefined}
        />
      </label>
      {now.state === "refused" && (
        <p id="key-refused" class="wrong" role="alert">
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
      <p class="note">
        {says.hint}
        <code>gridward key create --role admin</code>
        {says.kept}
      </p>
    </form>
  );
}
