// The kinds of reports, as the town's rules have them.
import { computed, signal } from "@preact/signals";
import { categories as fetchCategories } from "../../api/reports.ts";
import type { Category } from "../../api/types.ts";
import { language } from "../../i18n/index.ts";

export const categories = signal<readonly Category[]>([]);

export async function loadCategories(): Promise<void> {
  try {
    if (categories.peek().length === 0) categories.value = await fetchCategories();
  } catch {
    // Their codes are read instead, until the panel is opened again.
  }
}

/** What a category is called; its code where the rules do not have it any more. */
export const categoryName = computed(() => {
  const names = new Map(categories.value.map((category) => [category.code, category[language.value]]));
  return (code: string): string => names.get(code) ?? code;
});
