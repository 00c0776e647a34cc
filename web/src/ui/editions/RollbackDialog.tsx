// Going back to the edition that was in force before.
import { rollBack } from "../../api/editions.ts";
import type { Edition } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { before, loadList } from "../../state/editions/list.ts";
import { said } from "../../state/editions/page.ts";
import { keyNow } from "../../state/editions/session.ts";
import { loadTileset } from "../../state/tileset.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

export function RollbackDialog({ info, onClose }: { info: Edition; onClose: () => void }) {
  const says = editionWords.value.rollback;
  const act = async (): Promise<void> => {
    const now = await rollBack(keyNow());
    await Promise.all([loadList(), loadTileset()]);
    said.value = says.done(now.name);
  };
  const text = says.text(info.name, before.value?.name ?? says.unknown);
  return <ConfirmDialog title={says.title} button={says.button} text={text} act={act} onClose={onClose} />;
}
