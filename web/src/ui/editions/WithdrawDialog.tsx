// Taking back what is scheduled for an edition.
import { useSignal } from "@preact/signals";
import { withdraw } from "../../api/editions.ts";
import type { Edition, Problem } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { inForce, loadList, since } from "../../state/editions/list.ts";
import { said } from "../../state/editions/page.ts";
import { heed, isIn, keyNow } from "../../state/editions/session.ts";
import { Dialog } from "../Dialog.tsx";
import { Failed } from "./Failed.tsx";

export function WithdrawDialog({ info, onClose }: { info: Edition; onClose: () => void }) {
  const says = editionWords.value.withdraw;
  const failed = useSignal<{ problem: Problem | null } | null>(null);
  const going = useSignal(false);
  const go = async (): Promise<void> => {
    if (!isIn()) return onClose();
    going.value = true;
    try {
      await withdraw(info.name, keyNow());
      await loadList();
      said.value = says.done(info.name);
      onClose();
    } catch (error) {
      failed.value = { problem: heed(error) };
      going.value = false;
    }
  };
  return (
    <Dialog
      title={says.title(info.name)}
      button={says.button}
      disabled={going.value}
      onConfirm={() => void go()}
      onClose={onClose}
    >
      <p>{says.text(editionWords.value.time(since(info)), inForce.value?.name ?? "")}</p>
      {failed.value && <Failed problem={failed.value.problem} />}
    </Dialog>
  );
}
