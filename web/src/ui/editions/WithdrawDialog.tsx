// Taking back what is scheduled for an edition.
import { withdraw } from "../../api/editions.ts";
import type { Edition } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { inForce, loadList, since } from "../../state/editions/list.ts";
import { said } from "../../state/editions/page.ts";
import { keyNow } from "../../state/editions/session.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

export function WithdrawDialog({ info, onClose }: { info: Edition; onClose: () => void }) {
  const says = editionWords.value.withdraw;
  const act = async (): Promise<void> => {
    await withdraw(info.name, keyNow());
    await loadList();
    said.value = says.done(info.name);
  };
  const text = says.text(editionWords.value.time(since(info)), inForce.value?.name ?? "");
  return <ConfirmDialog title={says.title(info.name)} button={says.button} text={text} act={act} onClose={onClose} />;
}
