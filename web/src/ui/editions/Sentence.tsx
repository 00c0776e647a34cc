// A sentence of the service about files: in Chinese where there are words for it, and of the page's own fields in any case.
import { onThePage, readingInChinese } from "../../i18n/editions/reading.ts";
import { language } from "../../i18n/index.ts";

/** Null where the page is Chinese and only the English is there. */
export function inTheLanguage(sentence: string): string | null {
  return language.value === "zh" ? readingInChinese(sentence) : onThePage(sentence, "en");
}

export function English({ sentence }: { sentence: string }) {
  return <span lang="en">{onThePage(sentence, language.value)}</span>;
}
