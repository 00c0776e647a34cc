// Going back to the edition that was in force before.
import { useSignal } from "@preact/signals";
import { rollBack } from "../../api/editions.ts";
import type { Edition, Problem } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { before, loadList } from "../../state/editions/list.ts";
import { said } from "../../state/editions/page.ts";
import { heed, isIn, keyNow } from "../../state/editions/session.ts";
import { loadTileset } from "../../state/tileset.ts";
import { Dialog } from "../Dialog.tsx";
import { Failed } from "./Failed.tsx";

export function RollbackDialog({ info, onClose }: { info: Edition; onClose: () => void }) {
  const says = editionWords.value.rollback;
  const failed = useSignal<{ problem: Problem | null } | null>(null);
  const going = useSignal(false);
  const go = async (): Promise<void> => {
    if (!isIn()) return onClose();
    going.value = true;
    try {
      const now = await rollBack(keyNow());
      await Promise.all([loadList(), loadTileset()]);
      said.value = says.done(now.name);
      onClose();
    } catch (error) {
      failed.value = { problem: heed(error) };
      going.value = false;
    }
  };
  return (
    <Dialog
      title={says.title}
      button={says.button}
      disabled={going.value}
      onConfirm={() => void go()}
      onClose={onClose}
    >
      <p>{says.text(info.name, before.value?.name ?? says.unknown)}</p>
      {failed.value && <Failed problem={failed.value.problem} />}
    </Dialog>
  );
}
