// The words of the overview.
import { computed } from "@preact/signals";
import { language } from "../index.ts";
import { en } from "./en.ts";
import { type OverviewWords, zh } from "./zh.ts";

export type { OverviewWords } from "./zh.ts";

const WORDS: Record<typeof language.value, OverviewWords> = { zh, en };

export const overviewWords = computed(() => WORDS[language.value]);
