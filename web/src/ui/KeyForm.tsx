// The form that takes a key: its field, what is said against the key, and the button.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Problem } from "../api/types.ts";

export interface KeyFormProps {
  readonly class: string;
  readonly says: { readonly key: string; readonly button: string; readonly trying: string };
  /** The field's id, where something asks for one. */
  readonly id?: string;
  readonly trying: boolean;
  /** What is said against the key that was tried, or null. */
  readonly refusal: string | null;
  readonly refusalId: string;
  /** Whether the form has no other way in above it. */
  readonly strong?: boolean;
  /** Tries a key; whether the service took it. */
  readonly enter: (key: string) => Promise<boolean>;
  readonly above?: ComponentChildren;
  readonly below?: ComponentChildren;
}

export function KeyForm(props: KeyFormProps) {
  const { says, id, trying, refusal, refusalId, strong = false, enter, above, below } = props;
  const input = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await enter(input.current?.value ?? "")) return;
    input.current?.focus();
    input.current?.select();
  };
  return (
    <form class={props.class} onSubmit={submit} noValidate>
      {above}
      <label class="field">
        <span>{says.key}</span>
        <input
          ref={input}
          id={id}
          type="password"
          name="key"
          placeholder="gw_…"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={refusal !== null}
          aria-describedby={refusal !== null ? refusalId : undefined}
        />
      </label>
      {refusal !== null && (
        <p id={refusalId} class="wrong" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit" class={strong ? "button strong" : "button"} disabled={trying}>
        {trying ? says.trying : says.button}
      </button>
      {below}
    </form>
  );
}

/** Why nobody was let in; `otherwise` where it is neither an unknown key nor one for something else. */
export function refusalOf(
  problem: Problem | null,
  says: { readonly wrong: string; readonly forbidden: string },
  otherwise: string,
): string {
  if (problem?.status === 401) return says.wrong;
  return problem?.status === 403 ? says.forbidden : otherwise;
}
