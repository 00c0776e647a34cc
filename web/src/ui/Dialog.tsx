// A question that has to be answered before anything else: the browser's own dialog, which holds the keyboard and gives it
// back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../i18n/index.ts";

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly button: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onConfirm: (form: FormData) => void;
  readonly onClose: () => void;
}

export function Dialog({ title, children, button, danger = false, disabled = false, onConfirm, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="card"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Escape closes the dialog, not the panel under it.
      onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(new FormData(event.currentTarget));
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <div class="answers">
          <button type="button" class="button quiet" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button type="submit" class={danger ? "button strong danger" : "button strong"} disabled={disabled}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}
