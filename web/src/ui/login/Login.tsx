// The page where the staff signs in, and which leads back to where one came from.
import { useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/types.ts";
import { words } from "../../i18n/index.ts";
import { enter, leave, who } from "../../state/who.ts";
import { LanguageSwitch } from "../LanguageSwitch.tsx";
import { useTitle } from "../title.ts";
import { OwnPassword } from "./OwnPassword.tsx";

export interface LoginProps {
  /** An address of this host. */
  readonly back: string;
  readonly go: (address: string) => void;
}

export function Login({ back, go }: LoginProps) {
  const says = words.value.who;
  const now = who.value;
  useTitle(says.signIn);
  return (
    <>
      <header class="top">
        <h1>{words.value.brand}</h1>
        <LanguageSwitch />
      </header>
      <main>
        {now?.via === "session" ? (
          <section class="card form">
            <h2>{says.signedIn(now.name ?? "")}</h2>
            <p class="role">
              {says.roles[now.role]}
              {now.grid && ` · ${now.grid}`}
            </p>
            <a class="button strong" href={back}>
              {says.goOn}
            </a>
            <button type="button" class="button" onClick={() => void leave()}>
              {says.signOut}
            </button>
            <OwnPassword />
          </section>
        ) : (
          <Form done={() => go(back)} />
        )}
        <p class="full">
          <a href="/">{words.value.mobile.fullMap}</a>
        </p>
      </main>
    </>
  );
}

function Form({ done }: { done: () => void }) {
  const says = words.value.who;
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [trying, setTrying] = useState(false);
  const [wrong, setWrong] = useState<Problem | undefined | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTrying(true);
    const refused = await enter(name.current?.value ?? "", password.current?.value ?? "");
    setTrying(false);
    setWrong(refused);
    if (refused === null) return done();
    password.current?.focus();
    password.current?.select();
  };
  const failed = wrong !== null;
  return (
    <form class="card form" onSubmit={submit} noValidate>
      <h2>{says.title}</h2>
      <label class="field">
        <span>{says.name}</span>
        <input ref={name} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      <label class="field">
        <span>{says.password}</span>
        <input
          ref={password}
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-invalid={failed}
          aria-describedby={failed ? "refused" : undefined}
        />
      </label>
      {failed && (
        <p id="refused" class="wrong" role="alert">
          {says.refused(wrong)}
        </p>
      )}
      <button type="submit" class="button strong" disabled={trying}>
        {trying ? says.trying : says.signIn}
      </button>
      <p class="note">{says.note}</p>
    </form>
  );
}
