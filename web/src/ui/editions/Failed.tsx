// A call that failed, in words, with a way to try again.
import type { Problem } from "../../api/types.ts";
import { editionWords } from "../../i18n/editions/index.ts";
import { onThePage, readingInChinese } from "../../i18n/editions/reading.ts";
import { language } from "../../i18n/index.ts";

/** The service's titles are Chinese and English, parted by a dot; its details are English, and some are known in Chinese. */
export function saying(problem: Problem | null): string {
  const says = editionWords.value.failed;
  if (!problem) return says.network;
  const [chinese = "", english = chinese] = problem.title.split(" · ");
  const title = language.value === "zh" ? chinese : english;
  if (!problem.detail) return says.service(title);
  if (language.value === "en") return `${title}: ${onThePage(problem.detail, "en")}`;
  return `${title}：${readingInChinese(problem.detail) ?? onThePage(problem.detail, "zh")}`;
}

export function Failed({ problem, retry }: { problem: Problem | null; retry?: () => void }) {
  return (
    <div class="fault" role="alert">
      <p>{saying(problem)}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          {editionWords.value.failed.retry}
        </button>
      )}
    </div>
  );
}
