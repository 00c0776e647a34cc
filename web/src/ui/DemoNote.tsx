// Says that the demo town is invented, wherever it is shown.
import { words } from "../i18n/index.ts";

/** What `gridward serve --demo` calls its edition. */
const DEMO = "demo";

export function DemoNote({ edition }: { edition: string }) {
  return edition === DEMO ? <p class="demo">{words.value.demo}</p> : null;
}
