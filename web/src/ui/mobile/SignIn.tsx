// The way in for those who answer for a grid: by name and password, or by a key.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { signIn, signInByName, staff, trying } from "../../state/mobile/staff.ts";
import { KeyForm, refusalOf } from "../KeyForm.tsx";

export function SignIn() {
  const says = mobileWords.value.work;
  const way = useSignal<"name" | "key">("name");
  return (
    <div class="sign-in">
      <h3>{says.signInTitle}</h3>
      <p>{says.signInText}</p>
      {way.value === "name" ? <ByName /> : <ByKey />}
      {way.value === "name" && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            way.value = "key";
          }}
        >
          {says.byKey}
        </button>
      )}
    </div>
  );
}

function ByName() {
  const says = mobileWords.value.work;
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await signInByName(name.current?.value ?? "", password.current?.value ?? "");
    password.current?.focus();
  };
  return (
    <form class="typed" onSubmit={submit} noValidate>
      <label for="work-name">{says.name}</label>
      <input ref={name} id="work-name" autocomplete="username" autocapitalize="none" spellcheck={false} />
      <label for="work-password">{says.password}</label>
      <input
        ref={password}
        id="work-password"
        type="password"
        autocomplete="current-password"
        aria-describedby="work-wrong"
      />
      <p id="work-wrong" class="wrong" role="alert">
        {refusal(says.wrongPassword)}
      </p>
      <button type="submit" class="button strong" disabled={trying.value}>
        {trying.value ? says.trying : says.signIn}
      </button>
    </form>
  );
}

function ByKey() {
  const says = mobileWords.value.work;
  return (
    <KeyForm
      class="typed"
      says={{ key: says.key, button: says.signIn, trying: says.trying }}
      id="work-key"
      trying={trying.value}
      refusal={refusal(says.wrong)}
      refusalId="work-wrong"
      strong
      enter={enter}
    />
  );
}

async function enter(key: string): Promise<boolean> {
  await signIn(key);
  return staff.peek().state === "in";
}

/** What is said against the last try, or null. */
function refusal(of401: string): string | null {
  const { forbidden, unanswered } = mobileWords.value.work;
  const now = staff.value;
  if (now.state !== "out" || !now.tried) return null;
  return refusalOf(now.problem, { wrong: of401, forbidden }, unanswered);
}
