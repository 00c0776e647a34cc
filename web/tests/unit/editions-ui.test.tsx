// The panel of the editions from given states: what it says, and what its keys do.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import { editionWords } from "../../src/i18n/editions/index.ts";
import { language } from "../../src/i18n/index.ts";
import { reports } from "../../src/state/editions/comparison.ts";
import { choose, reported } from "../../src/state/editions/report.ts";
import { session } from "../../src/state/editions/session.ts";
import { divider, flight } from "../../src/state/editions/stage.ts";
import { work } from "../../src/state/editions/work.ts";
import { Divider } from "../../src/ui/editions/Divider.tsx";
import { saying } from "../../src/ui/editions/Failed.tsx";
import { MovedReports } from "../../src/ui/editions/MovedReports.tsx";
import { Repairs } from "../../src/ui/editions/Repairs.tsx";
import { Report } from "../../src/ui/editions/Report.tsx";
import { SignIn } from "../../src/ui/editions/SignIn.tsx";
import { WorkProgress } from "../../src/ui/editions/WorkProgress.tsx";
import { emptyPage } from "./page.ts";

afterEach(() => {
  language.value = "zh";
  divider.value = 0.5;
  work.value = { state: "none" };
  session.value = { state: "out" };
  reported.value = { state: "none" };
  reports.value = { state: "none" };
  flight.value = null;
});

const { page, text } = emptyPage();

const refusal = {
  type: "urn:gridward:problem:unauthenticated",
  title: "需要有效的密钥 · A key is needed",
  status: 401,
};

test("the divider is a slider for the keyboard", async () => {
  await act(() => render(<Divider before="a" after="b" />, page));
  const slider = page.querySelector('[role="slider"]');
  const press = (key: string) =>
    act(() => void slider?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
  const seen: (string | null | undefined)[] = [];
  for (const key of ["ArrowRight", "PageDown", "Home", "ArrowLeft", "End", "Tab"]) {
    await press(key);
    seen.push(slider?.getAttribute("aria-valuenow"));
  }
  expect(seen).toEqual(["52", "42", "0", "0", "100", "100"]);
  expect(text(".side")).toEqual(["之前 a", "之后 b"]);
});

test("what cannot be read is named by file, feature and field", () => {
  const errors = [{ source: "村.shp feature 3", field: "级别", message: "is missing" }];
  work.value = { state: "failed", purpose: "import", problem: { ...refusal, status: 422, detail: "1 thing", errors } };
  render(<WorkProgress />, page);
  expect(text(".fault h3, .faults code, .faults span")).toEqual(["没有导入", "村.shp feature 3 · 级别", "is missing"]);
});

test("progress is that of the bytes, then that of the job", async () => {
  work.value = { state: "sending", purpose: "import", sent: 500_000, total: 2_000_000 };
  await act(() => render(<WorkProgress />, page));
  expect(text(".work span")).toEqual(["正在上传 500 kB / 2.0 MB"]);
  expect(page.querySelector("progress")?.getAttribute("value")).toBe("0.25");
});

test("a title is said in the language of the page", () => {
  expect(saying({ ...refusal, detail: "why" })).toBe("需要有效的密钥：why");
  language.value = "en";
  expect(saying({ ...refusal, detail: "why" })).toBe("A key is needed: why");
  expect(saying(null)).toBe(editionWords.value.failed.network);
});

test("a key that is refused is said beside its field", () => {
  session.value = { state: "refused", problem: refusal };
  render(<SignIn />, page);
  const input = page.querySelector("input");
  expect(input?.getAttribute("aria-invalid")).toBe("true");
  expect(page.querySelector(`#${input?.getAttribute("aria-describedby")}`)?.textContent).toContain("已被撤销");
});

test("repairs are listed with the farthest first", () => {
  const repair = (grid: string, moved_m: number) => ({ action: "border_snapped", grids: [grid], moved_m, message: "" });
  const counts = { errors: 0, warnings: 0, repairs: 2, codes: {} };
  reported.value = {
    state: "loaded",
    report: { problems: [], repairs: [repair("a", 0.1), repair("b", 0.426)], counts, names: { a: "甲" } },
  };
  render(<Repairs />, page);
  expect(text(".who small")).toEqual(["b", "甲 a"]);
  expect(text("summary small, li .measure")).toEqual(["2 处，移动最远 0.43 米", "移动 0.43 米", "移动 0.10 米"]);
});

test("what was found is said in Chinese, with the names of the grids, beside the service's English", async () => {
  const problem = {
    code: "overlap",
    severity: "error" as const,
    grids: ["1", "2"],
    place: [116.9, 30.8],
    measure: { area_m2: 120 },
    message: "1 and 2 overlap by 120.0 m²",
  };
  const others = Object.keys(editionWords.value.problems).filter((code) => code !== "overlap");
  const all = [problem, ...others.map((code) => ({ ...problem, code }))];
  const counts = { errors: all.length, warnings: 0, repairs: 0, codes: {} };
  reported.value = { state: "loaded", report: { problems: all, repairs: [], counts, names: { 1: "一组", 2: "2" } } };
  await act(() => render(<Report name="draft" />, page));
  expect(text("#problem-0 .who")).toEqual(["一组 1 · 2"]);
  const said = async (at: number): Promise<string[]> => {
    await act(() => choose(at));
    return text(".problem .more span");
  };
  const english = "1 and 2 overlap by 120.0 m²";
  expect(await said(0)).toEqual(["一组（1） 与 2 重叠 120 平方米；接受时归 一组（1）", english]);
  for (const at of all.keys()) {
    const [chinese] = await said(at);
    expect(chinese).toMatch(/^[^a-z]*$/);
    expect(chinese).not.toBe(english);
  }
  language.value = "en";
  expect(await said(0)).toEqual([english]);
});

test("reports that would lie in another grid are told, open ones first, and a pair of grids is flown to", async () => {
  const none = { all: 0, open: 0 };
  const found = {
    old: "a",
    new: "b",
    looked_at: { all: 1200, open: 30 },
    another_grid: { all: 9, open: 2 },
    recoded: { all: 3, open: 1 },
    handed_over: { all: 6, open: 1 },
    without_position: { all: 4, open: 0 },
    changed: { tier1: none, tier2: none, tier3: { all: 9, open: 2 } },
    outside: none,
    back_to: "2026-03-01",
    pairs: [
      {
        from: { tier: 3, code: "1", name: "一组" },
        to: { tier: 3, code: "2", name: "二组" },
        reports: { all: 6, open: 1 },
        recoded: false,
        bbox: [1, 2, 3, 4],
      },
      { from: { tier: 3, code: "3", name: "" }, to: null, reports: { all: 3, open: 1 }, recoded: false, bbox: null },
    ],
    left_out: 7,
  };
  reports.value = { state: "counted", found };
  await act(() => render(<MovedReports before="a" after="b" />, page));
  expect(text("summary")).toEqual(["在办上报 2 件将换网格"]);
  expect(text(".counted")).toEqual(["1,200 件上报中（含已办结），9 件换网格，6 件换负责人"]);
  expect(text(".note").join()).toContain("2026-03-01");
  expect(text(".who")).toEqual(["一组 → 二组1 → 2", "3 → 网格之外3 → —"]);
  expect(text(".measure")[0]).toBe("在办 1 · 共 6");
  await act(() => page.querySelector<HTMLElement>("li button")?.click());
  expect(flight.value).toEqual([1, 2, 3, 4]);
  reports.value = { state: "counted", found: { ...found, looked_at: none } };
  await act(() => render(<MovedReports before="a" after="b" />, page));
  expect(page.textContent).toBe("还没有上报事件");
});

test("every word is there in both languages", () => {
  const keys = (value: unknown, path = ""): string[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`))
      : [path];
  const chinese = keys(editionWords.value);
  language.value = "en";
  expect(keys(editionWords.value)).toEqual(chinese);
});
