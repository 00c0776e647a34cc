// Chinese and English, one press apart.
import { language, switchLanguage, words } from "../i18n/index.ts";

export function LanguageSwitch() {
  return (
    <button
      type="button"
      class="language"
      lang={language.value === "zh" ? "en" : "zh-CN"}
      aria-label={words.value.otherLanguageLabel}
      onClick={switchLanguage}
    >
      {words.value.otherLanguage}
    </button>
  );
}
