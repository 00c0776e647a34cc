// The words of the panel of the editions, which is loaded when it is opened: the map page stays light without them.
import { computed } from "@preact/signals";
import { language } from "../index.ts";
import { en } from "./en.ts";
import { type EditionWords, zh } from "./zh.ts";

export type { EditionWords } from "./zh.ts";

const WORDS: Record<typeof language.value, EditionWords> = { zh, en };

export const editionWords = computed(() => WORDS[language.value]);
