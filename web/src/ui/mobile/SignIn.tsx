// The way in for those who answer for a grid.
import { useRef } from "preact/hooks";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { signIn, staff, trying } from "../../state/mobile/staff.ts";

export function SignIn() {
  const says = mobileWords.value.work;
  const now = staff.value;
  const input = useRef<HTMLInputElement>(null);
  const wrong = now.state === "out" && now.tried ? (now.problem?.status ?? 0) : null;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await signIn(input.current?.value ?? "");
    input.current?.focus();
  };
  return (
    <form class="typed sign-in" onSubmit={submit} noValidate>
      <h3>{says.signInTitle}</h3>
      <p>{says.signInText}</p>
      <label for="work-key">{says.key}</label>
      <input
        ref={input}
        id="work-key"
        type="password"
        placeholder="gw_…"
        autocomplete="off"
        aria-invalid={wrong !== null}
        aria-describedby={wrong !== null ? "work-key-wrong" : undefined}
      />
      {wrong !== null && (
        <p id="work-key-wrong" class="wrong" role="alert">
          {wrong === 401 ? says.wrong : wrong === 403 ? says.forbidden : says.unanswered}
        </p>
      )}
      <button type="submit" class="button strong" disabled={trying.value}>
        {trying.value ? says.trying : says.signIn}
      </button>
    </form>
  );
}
