// The way in for those who answer for a grid: by name and password, or by a key.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { mobileWords } from "../../i18n/mobile/index.ts";
import { signIn, signInByName, staff, trying } from "../../state/mobile/staff.ts";

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
      <Wrong of401={says.wrongPassword} />
      <Enter />
    </form>
  );
}

function ByKey() {
  const says = mobileWords.value.work;
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await signIn(input.current?.value ?? "");
    input.current?.focus();
  };
  return (
    <form class="typed" onSubmit={submit} noValidate>
      <label for="work-key">{says.key}</label>
      <input
        ref={input}
        id="work-key"
        type="password"
        placeholder="gw_…"
        autocomplete="off"
        aria-describedby="work-wrong"
      />
      <Wrong of401={says.wrong} />
      <Enter />
    </form>
  );
}

function Wrong({ of401 }: { of401: string }) {
  const says = mobileWords.value.work;
  const now = staff.value;
  const status = now.state === "out" && now.tried ? (now.problem?.status ?? 0) : null;
  const said = status === 401 ? of401 : status === 403 ? says.forbidden : says.unanswered;
  return (
    <p id="work-wrong" class="wrong" role="alert">
      {status === null ? "" : said}
    </p>
  );
}

function Enter() {
  const says = mobileWords.value.work;
  return (
    <button type="submit" class="button strong" disabled={trying.value}>
      {trying.value ? says.trying : says.signIn}
    </button>
  );
}
