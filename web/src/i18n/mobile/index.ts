// The words of the phone's page about reports.
import { computed } from "@preact/signals";
import { language } from "../index.ts";
import { en } from "./en.ts";
import { type MobileWords, zh } from "./zh.ts";

export type { MobileWords } from "./zh.ts";

const WORDS: Record<typeof language.value, MobileWords> = { zh, en };

export const mobileWords = computed(() => WORDS[language.value]);
