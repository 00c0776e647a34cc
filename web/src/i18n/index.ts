// The language in use: Chinese unless the reader switched to English before.
import { computed, effect, signal } from "@preact/signals";
import { en } from "./en.ts";
import { type Words, zh } from "./zh.ts";

export type { Words } from "./zh.ts";
export type Language = "zh" | "en";

const KEY = "gridward.language";
const LANGUAGES: Record<Language, Words> = { zh, en };

export const language = signal<Language>(remembered());
export const words = computed(() => LANGUAGES[language.value]);

export function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEY, language.value);
  } catch {
    // A browser that keeps nothing still switches, until the page is left.
  }
}

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

effect(() => {
  document.documentElement.lang = words.value.lang;
});
