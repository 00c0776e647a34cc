// Deleting a draft.
import { useSignal } from "@preact/signals";
import { discard } from "../../api/editions.ts";
import type { Problem } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { openList } from "../../state/editions/page.ts";
import { heed, isIn, keyNow } from "../../state/editions/session.ts";
import { Dialog } from "../Dialog.tsx";
import { Failed } from "./Failed.tsx";

export function DiscardDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const says = editionWords.value.discard;
  const failed = useSignal<{ problem: Problem | null } | null>(null);
  const go = async (): Promise<void> => {
    if (!isIn()) return onClose();
    try {
      await discard(name, keyNow());
      onClose();
      openList();
    } catch (error) {
      failed.value = { problem: heed(error) };
    }
  };
  return (
    <Dialog title={says.title(name)} button={says.button} danger onConfirm={() => void go()} onClose={onClose}>
      <p>{says.text}</p>
      {failed.value && <Failed problem={failed.value.problem} />}
    </Dialog>
  );
}
