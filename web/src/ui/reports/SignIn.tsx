// The way in for the staff.
import { reportWords } from "../../i18n/reports/index.ts";
import { accounts, session, signIn } from "../../state/reports/session.ts";
import { Entrance } from "../Entrance.tsx";

export function SignIn() {
  const says = reportWords.value.signIn;
  return (
    <Entrance
      says={says}
      session={session.value}
      accounts={accounts.value}
      refusalId="reports-key-refused"
      enter={enter}
    >
      {says.kept}
    </Entrance>
  );
}

async function enter(key: string): Promise<boolean> {
  await signIn(key);
  return session.peek().state === "in";
}
