// What a report says in words. Some say nothing, and the service writes that down for readers of both languages.
import { words } from "../i18n/index.ts";

/** As the service keeps it, for other systems that send no words. */
const NOTHING = "（无说明 · no description）";

export function saidIn({ description }: { readonly description: string }): string {
  return description === NOTHING ? words.value.noDescription : description;
}
