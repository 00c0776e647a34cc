// The way in of a panel of work: to the page where people sign in by name, or by a key at once.
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/types.ts";
import { saying } from "./editions/Failed.tsx";
import { KeyForm, refusalOf } from "./KeyForm.tsx";
import { wayIn } from "./Who.tsx";

export interface EntranceProps {
  readonly says: Record<"title" | "text" | "account" | "key" | "button" | "trying" | "wrong" | "forbidden", string>;
  readonly session:
    | { readonly state: "out" | "trying" | "in" }
    | { readonly state: "refused"; readonly problem: Problem | null };
  /** Whether people can sign in by name here. */
  readonly accounts: boolean;
  readonly refusalId: string;
  readonly enter: (key: string) => Promise<boolean>;
  /** The note below. */
  readonly children: ComponentChildren;
}

export function Entrance({ says, session, accounts, refusalId, enter, children }: EntranceProps) {
  return (
    <KeyForm
      class="sign-in"
      says={says}
      trying={session.state === "trying"}
      refusal={session.state === "refused" ? refusalOf(session.problem, says, saying(session.problem)) : null}
      refusalId={refusalId}
      enter={enter}
      above={
        <>
          <h3>{says.title}</h3>
          <p class="note">{says.text}</p>
          {accounts && (
            <a class="button strong" href={wayIn()}>
              {says.account}
            </a>
          )}
        </>
      }
      below={<p class="note">{children}</p>}
    />
  );
}
