// Deleting a draft.
import { discard } from "../../api/editions.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { openList, said } from "../../state/editions/page.ts";
import { keyNow } from "../../state/editions/session.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

export function DiscardDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const says = editionWords.value.discard;
  const act = async (): Promise<void> => {
    await discard(name, keyNow());
    openList();
    said.value = says.done(name);
  };
  return (
    <ConfirmDialog title={says.title(name)} button={says.button} danger text={says.text} act={act} onClose={onClose} />
  );
}
