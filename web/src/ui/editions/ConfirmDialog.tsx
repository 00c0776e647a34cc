// A question about an edition, and what is said when the service does not do what was answered with yes.
import { useSignal } from "@preact/signals";
import type { Problem } from "../../api/types.ts";
import { heed, isIn } from "../../state/editions/session.ts";
import { Dialog, type DialogProps } from "../Dialog.tsx";
import { Failed } from "./Failed.tsx";

export interface ConfirmDialogProps extends Pick<DialogProps, "title" | "button" | "danger" | "onClose"> {
  readonly text: string;
  /** Does it; the dialog stays open when that throws. */
  readonly act: () => Promise<void>;
}

export function ConfirmDialog({ text, act, onClose, ...shown }: ConfirmDialogProps) {
  const failed = useSignal<{ problem: Problem | null } | null>(null);
  const going = useSignal(false);
  const go = async (): Promise<void> => {
    if (!isIn()) return onClose();
    going.value = true;
    try {
      await act();
      onClose();
    } catch (error) {
      failed.value = { problem: heed(error) };
      going.value = false;
    }
  };
  return (
    <Dialog {...shown} disabled={going.value} onConfirm={() => void go()} onClose={onClose}>
      <p>{text}</p>
      {failed.value && <Failed problem={failed.value.problem} />}
    </Dialog>
  );
}
