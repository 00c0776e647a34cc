// How far a repair may move anything.
import { editionWords } from "../../i18n/editions/index.ts";
import { openMade } from "../../state/editions/page.ts";
import { repair } from "../../state/editions/work.ts";
import { Dialog } from "../Dialog.tsx";
import { Tolerance } from "./Upload.tsx";

export function RepairDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const says = editionWords.value.repair;
  const begin = async (form: FormData): Promise<void> => {
    const tolerance = Number.parseFloat(String(form.get("tolerance_m")));
    onClose();
    const made = await repair(name, tolerance);
    if (made !== null) openMade(made);
  };
  return (
    <Dialog title={says.title} button={says.button} onConfirm={(form) => void begin(form)} onClose={onClose}>
      <p>{says.text}</p>
      <Tolerance />
    </Dialog>
  );
}
