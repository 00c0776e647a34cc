// The way in for administrators.
import { editionWords } from "../../i18n/editions/index.ts";
import { loadList } from "../../state/editions/list.ts";
import { isIn, session, signIn } from "../../state/editions/session.ts";
import { resume } from "../../state/editions/work.ts";
import { Entrance } from "../Entrance.tsx";

export function SignIn() {
  const says = editionWords.value.signIn;
  return (
    <Entrance says={says} session={session.value} accounts refusalId="key-refused" enter={enter}>
      {says.hint}
      <code>gridward key create --role admin</code>
      {says.kept}
    </Entrance>
  );
}

async function enter(key: string): Promise<boolean> {
  const jobs = await signIn(key);
  if (!isIn()) return false;
  void resume(jobs);
  await loadList();
  return true;
}
