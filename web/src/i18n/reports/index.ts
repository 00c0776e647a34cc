// The words of the panel of reports, which is loaded when it is opened.
import { computed } from "@preact/signals";
import { language } from "../index.ts";
import { en } from "./en.ts";
import { type ReportWords, zh } from "./zh.ts";

export type { ReportWords } from "./zh.ts";

const WORDS: Record<typeof language.value, ReportWords> = { zh, en };

export const reportWords = computed(() => WORDS[language.value]);
