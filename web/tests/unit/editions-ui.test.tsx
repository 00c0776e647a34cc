// The panel of the editions from given states: what it says, and what its keys do.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import type { Comparison, Report as FoundReport } from "../../src/api/types.ts";
import { editionWords } from "../../src/i18n/editions/index.ts";
import { onThePage, placeInChinese, readingInChinese } from "../../src/i18n/editions/reading.ts";
import { language } from "../../src/i18n/index.ts";
import { compared, reports } from "../../src/state/editions/comparison.ts";
import { choose, chosen, reported } from "../../src/state/editions/report.ts";
import { session } from "../../src/state/editions/session.ts";
import { divider, flight } from "../../src/state/editions/stage.ts";
import { work } from "../../src/state/editions/work.ts";
import { Compare } from "../../src/ui/editions/Compare.tsx";
import { Divider } from "../../src/ui/editions/Divider.tsx";
import { Edition } from "../../src/ui/editions/Edition.tsx";
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
  compared.value = { state: "none" };
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
  expect(text(".fault h3, .faults code, .faults span")).toEqual([
    "没有导入",
    "村.shp 第 3 个图形 · 级别",
    "is missing",
  ]);
  expect(text(".faults small")).toEqual(["（英文原文）"]);
});

test("how an upload came out takes the keyboard, and is a heading that is announced", async () => {
  const panel = document.createElement("aside");
  panel.className = "desk";
  page.append(panel);
  work.value = { state: "sending", purpose: "import", sent: 0, total: 1 };
  await act(() => render(<WorkProgress />, panel));
  expect(document.activeElement?.getAttribute("data-work")).toBe("sending");
  await act(() => {
    work.value = { state: "failed", purpose: "import", problem: refusal };
  });
  expect([document.activeElement?.textContent, document.activeElement?.closest("[role]")?.role]).toEqual([
    "没有导入",
    "alert",
  ]);
  await act(() => {
    work.value = { state: "cancelled", purpose: "import" };
  });
  expect(document.activeElement?.textContent).toBe("已取消，什么都没有留下");
  // Whoever went on elsewhere keeps the keyboard.
  const elsewhere = document.createElement("button");
  page.append(elsewhere);
  elsewhere.focus();
  await act(() => {
    work.value = { state: "failed", purpose: "repair", problem: null };
  });
  expect(document.activeElement).toBe(elsewhere);
  render(null, panel);
  panel.remove();
  elsewhere.remove();
});

test("keys go through the problems of a report, and what is looked at has the keyboard", async () => {
  const found = ["1", "2", "3"].map((code, at) => {
    const place = [116 + at, 30];
    return { code: "gap", severity: "warning" as const, grids: [code], place, message: "" };
  });
  const counts = { errors: 0, warnings: 3, repairs: 0, codes: {} };
  reported.value = {
    state: "loaded",
    report: { problems: found, repairs: [], counts, names: {}, notes: [] } as FoundReport,
  };
  chosen.value = null;
  await act(() => render(<Report name="draft" />, page));
  const inTabOrder = () => [...page.querySelectorAll('[role="option"][tabindex="0"]')].map(({ id }) => id);
  expect(inTabOrder()).toEqual(["problem-0"]);
  page.querySelector<HTMLElement>('[tabindex="0"][role="option"]')?.focus();
  const seen: unknown[] = [];
  for (const key of ["ArrowDown", "ArrowDown", "End", "ArrowUp", "Home"]) {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    await act(() => void document.activeElement?.dispatchEvent(event));
    seen.push([document.activeElement?.id, page.querySelector('[aria-selected="true"]')?.id, inTabOrder().join()]);
  }
  expect(seen).toEqual([0, 1, 2, 1, 0].map((at) => [`problem-${at}`, `problem-${at}`, `problem-${at}`]));
  flight.value = null;
  const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  await act(() => void document.activeElement?.dispatchEvent(enter));
  expect(flight.value).toEqual([116, 30, 116, 30]);
  // What is chosen on the map leaves the keyboard where it is.
  const outside = document.createElement("button");
  page.append(outside);
  outside.focus();
  await act(() => choose(2));
  expect([document.activeElement, inTabOrder()]).toEqual([outside, ["problem-2"]]);
  outside.remove();
});

test("a comparison tells who got how much, and folds what hardly moves", async () => {
  const place = { tier: 3, bbox: [1, 2, 3, 4] };
  const part = (name: string, share: number) => ({ code: name, name, share });
  const moved = (name: string, m2: number, percent: number) => ({
    ...place,
    code: name,
    name,
    gained_km2: m2 / 1e6,
    lost_km2: 0,
    gained_percent: percent,
    lost_percent: 0,
  });
  const lists = {
    added: [],
    recoded: [],
    renamed: [],
    reparented: [],
    removed: [
      { ...place, code: "r", name: "栗树组", area_km2: 0.298, into: [part("楼屋组", 0.985), part("高坎组", 0.003)] },
      { ...place, code: "s", name: "岛", area_km2: 1, into: [part("甲", 0.004), part("乙", 0.003)] },
      { ...place, code: "t", name: "屑", area_km2: 1, into: Array.from("甲乙丙丁戊己", (name) => part(name, 1 / 6)) },
    ],
    moved: [moved("微", 60, 0.2), moved("小", 99, 5), moved("大", 3000, 0.5), moved("尘", 2, 0)],
    hand_overs: [],
    summary: { hand_overs: 0 },
  };
  compared.value = {
    state: "loaded",
    comparison: lists as unknown as Comparison,
    strips: { type: "FeatureCollection", features: [] },
  };
  await act(() => render(<Compare before="a" after="b" />, page));
  expect(text('[data-kind="removed"] .more')).toEqual([
    "并入 楼屋组 99%",
    "1% 不再属于任何网格",
    "99% 不再属于任何网格",
    "并入 甲 17%、乙 17%、丙 17%、丁 17%、戊 17%、己 17%",
  ]);
  const names = () => text('[data-kind="moved"] .who').map((name) => name[0]);
  expect([names(), text('[data-kind="moved"] .count')]).toEqual([["大", "小"], ["2"]]);
  const fold = page.querySelector<HTMLElement>(".small-changes");
  expect(fold?.textContent).toBe("另有 2 处很小的变动");
  await act(() => fold?.click());
  expect([names(), fold?.getAttribute("aria-expanded")]).toEqual([["大", "小", "微", "尘"], "true"]);
});

test("what the service says of files is said in Chinese, and never of the command line", () => {
  const read = (sentence: string) => readingInChinese(sentence);
  expect(
    read(
      "town.dbf: texts are read as GBK, for they are no UTF-8 (there is no .cpg, and the table's language driver 0x00 names no encoding); --encoding names another",
    ),
  ).toBe("town.dbf 的文字按 GBK 读取（没有 .cpg，属性表里也没有说明，也不是 UTF-8；如有乱码，请在“文字编码”一栏指明）");
  expect(
    read(
      "positions such as 39489485.9, 3407956.4 are no longitude and latitude: --crs EPSG:4527 if it is EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)",
    ),
  ).toBe("39489485.9, 3407956.4 这样的坐标不是经纬度：如果是 CGCS2000 三度带第 39 带，请在“坐标系”一栏填 EPSG:4527");
  expect(read("town.shp: it has no index (.shx), so its shapes are read one after the other")).toBe(
    "town.shp：没有索引 .shx，图形按顺序读取",
  );
  expect(read("no feature has a field `code` or `编码`; name it with --code (the fields are: BM, MC)")).toBe(
    "没有字段 `code`、`编码`，请填“编码字段”（文件里的字段：BM, MC）",
  );
  expect(read("something nobody has words for")).toBeNull();
  // Nothing that the service says of a found problem is taken for what it is not.
  expect(read("1 and 2 overlap by 120.0 m²; --allow overlap gives it to 1")).toBeNull();
  expect(onThePage("name it with --parent-name, --crs EPSG:4527 or --made-up", "en")).toBe(
    "name it with “Field of the parent's name”, “Coordinate system” EPSG:4527 or --made-up",
  );
  expect(placeInChinese("a b.dbf record 12, field 名称")).toBe("a b.dbf 第 12 条 字段 名称");
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
    report: { problems: [], repairs: [repair("a", 0.1), repair("b", 0.426)], counts, names: { a: "甲" }, notes: [] },
  };
  render(<Repairs />, page);
  expect(text(".who small")).toEqual(["b", "甲 a"]);
  expect(text("summary small, li .measure")).toEqual(["2 处，移动最远 0.43 米", "移动 0.43 米", "移动 0.10 米"]);
});

test("what was seen while reading is said of an edition that is opened again", async () => {
  const counts = { errors: 0, warnings: 0, repairs: 0, codes: {} };
  const notes = [
    "something was seen that has no words here",
    "2 position(s) have a height or a measure, which is dropped",
  ];
  reported.value = { state: "loaded", report: { problems: [], repairs: [], counts, names: {}, notes } };
  await act(() => render(<Edition name="draft" />, page));
  expect(text(".outcome h4, .outcome li")).toEqual([
    "读入时看到的",
    "2 个坐标带有高程或度量值，已舍去",
    "读取时的提示（英文原文）",
    "something was seen that has no words here",
  ]);
});

test("what was found is said in Chinese, with the names of the grids, beside the service's English", async () => {
  const problem = {
    code: "overlap",
    severity: "error" as const,
    grids: ["1", "2"],
    place: [116.9, 30.8],
    measure: { area_m2: 120 },
    message: "1 and 2 overlap by 120.0 m²; --allow overlap gives it to 1",
  };
  const others = Object.keys(editionWords.value.problems).filter((code) => code !== "overlap");
  const all = [problem, ...others.map((code) => ({ ...problem, code }))];
  const counts = { errors: all.length, warnings: 0, repairs: 0, codes: {} };
  reported.value = {
    state: "loaded",
    report: { problems: all, repairs: [], counts, names: { 1: "一组", 2: "2" }, notes: [] },
  };
  await act(() => render(<Report name="draft" />, page));
  expect(text("#problem-0 .who")).toEqual(["一组 1 · 2"]);
  const said = async (at: number): Promise<string[]> => {
    await act(() => choose(at));
    return text(".problem .more span");
  };
  const english = (accepted: string) => `1 and 2 overlap by 120.0 m²; ${accepted} gives it to 1`;
  expect(await said(0)).toEqual(["一组（1） 与 2 重叠 120 平方米；接受时归 一组（1）", english("“发布时接受”")]);
  for (const at of all.keys()) {
    const [chinese] = await said(at);
    expect(chinese).toMatch(/^[^a-z]*$/);
  }
  language.value = "en";
  expect(await said(0)).toEqual([english("accepting it when publishing")]);
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
