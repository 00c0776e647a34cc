// Who is signed in, and the way in and out.
import { words } from "../i18n/index.ts";
import { leave, who } from "../state/who.ts";
import { Icon } from "./Icon.tsx";

/** To the page where people sign in by name, and back to where they are. */
export function wayIn(): string {
  return `/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
}

export function Who() {
  const says = words.value.who;
  const now = who.value;
  if (now === null) return null;
  if (now.via !== "session") {
    return (
      <a class="who language" href={wayIn()} title={says.signIn} aria-label={says.signIn}>
        <Icon name="person" />
      </a>
    );
  }
  return (
    <details class="who">
      <summary class="language" aria-label={says.signedIn(now.name ?? "")}>
        <Icon name="person" />
        <span>{now.name}</span>
      </summary>
      <div class="card">
        <p>
          {now.name} · {says.roles[now.role]}
          {now.grid && ` · ${now.grid}`}
        </p>
        <button type="button" class="button" onClick={() => void leave().then((left) => left && location.reload())}>
          {says.signOut}
        </button>
      </div>
    </details>
  );
}
