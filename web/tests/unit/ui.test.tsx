// The panels from given answers, in both languages.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { FoundGrid, LocateAnswer } from "../../src/api/types.ts";
import { language, switchLanguage, words } from "../../src/i18n/index.ts";
import { answer } from "../../src/state/answer.ts";
import { wish } from "../../src/state/camera.ts";
import { findings, query } from "../../src/state/search.ts";
import { Certainty } from "../../src/ui/mobile/Certainty.tsx";
import { Team } from "../../src/ui/Team.tsx";
import { Panel } from "../../src/ui/viewer/Panel.tsx";
import { Search } from "../../src/ui/viewer/Search.tsx";
import { inside, outside } from "./answers.ts";
import { emptyPage } from "./page.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  answer.value = { state: "none" };
  language.value = "zh";
});

const { page, text } = emptyPage();

const answered = (given: LocateAnswer): void => {
  answer.value = { state: "answered", query: { place: { lon: 116.9, lat: 30.8 } }, answer: given };
};

describe("the panel", () => {
  test("names the three grids, the party group, the leader and the others", async () => {
    answered(inside);
    await act(() => render(<Panel />, page));
    expect(text(".grids .name")).toEqual(["乔庄村", "乔庄第一片", "柳林组"]);
    expect(text(".party-group, .leader-name")).toEqual(["柳林党小组", "王某"]);
    expect(text(".staff .role")).toEqual(["调解员"]);
    expect(text(".border-distance")).toEqual(["距最近的网格边界 23 米"]);
    expect(text('[role="status"]')[0]).toContain("网格长：王某");
  });

  test("switches to English, and remembers", async () => {
    answered(inside);
    await act(() => render(<Panel />, page));
    await act(switchLanguage);
    expect(text(".staff .role")).toEqual(["Mediator"]);
    expect(document.documentElement.lang).toBe("en");
    expect(localStorage.getItem("gridward.language")).toBe("en");
  });

  test("outside every grid it names the nearest", async () => {
    answered(outside);
    await act(() => render(<Panel />, page));
    expect(text(".nearest")).toEqual(["最近的网格是柳林组，距此 1.23 公里"]);
    expect(page.querySelector(".team, .border-distance")).toBeNull();
  });

  test("shows the service's warnings", async () => {
    answered({ ...inside, warnings: [{ code: "swapped", message: "lon and lat look swapped" }] });
    await act(() => render(<Panel />, page));
    expect(text(".warnings li")).toEqual(["lon and lat look swapped"]);
  });

  test("closes on Escape", async () => {
    answered(inside);
    await act(() => render(<Panel />, page));
    await act(() => void dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })));
    expect(page.querySelector(".panel")).toBeNull();
  });
});

test("only a whole telephone number is a link", () => {
  const team = inside.responsible;
  render(<Team answer={inside} />, page);
  expect(page.querySelector('a[href^="tel:"]')).toBeNull();
  const whole = team ? { ...team, leader: { name: "王某", phone: "13800000000" } } : null;
  render(<Team answer={{ ...inside, responsible: whole }} />, page);
  expect(page.querySelector('a[href="tel:13800000000"]')?.getAttribute("aria-label")).toBe("打电话给王某 13800000000");
});

describe("who answers while the leader's post is vacant", () => {
  const vacant = inside.responsible ? { ...inside.responsible, leader: null } : null;
  const answers = { name: "赵某", phone: "139****0000", role: "leader", deputy: false };
  const show = (given: Partial<LocateAnswer>) => {
    answered({ ...inside, responsible: vacant, ...given });
    return act(() => render(<Panel />, page));
  };

  test("is nobody else while there is a leader", async () => {
    await show(inside);
    expect(page.querySelector(".stand-in")).toBeNull();
  });

  test("is the deputy, whose role says so", async () => {
    const staff = [{ role: "leader", name: "赵某", phone: null, deputy: true }];
    const responsible = vacant ? { ...vacant, staff } : null;
    await show({ responsible, answers: { ...answers, level: "tier3", grid: "340881106202001003", deputy: true } });
    expect(text(".stand-in .caption, .stand-in-name")).toEqual(["职位空缺，由副网格长代理", "赵某"]);
    expect(text(".staff .role")).toEqual(["副网格长"]);
    expect(page.querySelector(".leader")).toBeNull();
  });

  test("is the leader of a tier above, in both languages", async () => {
    await show({ answers: { ...answers, level: "tier1", grid: "340881106202" } });
    expect(text(".stand-in .caption")).toEqual(["职位空缺，由上级（一级网格）代理"]);
    expect(text('[role="status"]')[0]).toContain("由上级（一级网格）代理: 赵某");
    await act(switchLanguage);
    expect(text(".stand-in .caption")).toEqual(["The post is vacant: tier 1 above stands in"]);
  });

  test("is the town office, also where no grid is on the roster", async () => {
    for (const responsible of [vacant, null]) {
      await show({ responsible, answers: { ...answers, level: "town", grid: null } });
      expect(text(".stand-in .caption")).toEqual(["职位空缺，由上级（镇级网格办）代理"]);
      expect(text(".stand-in .phone")).toEqual(["139****0000"]);
    }
    await show({ responsible: null, answers: null });
    expect(text(".nobody")).toHaveLength(1);
  });
});

describe("certainty", () => {
  const grid = (code: string, share: number) => ({ code, name: code, share });

  test("one grid that holds the whole circle is certain", () => {
    render(<Certainty answer={{ ...inside, candidates: [grid("a", 0.9999)] }} />, page);
    expect(page.textContent).toBe("");
  });

  test("several grids are named with their shares, and so is the outside", () => {
    render(<Certainty answer={{ ...inside, candidates: [grid("a", 0.6), grid("b", 0.3)] }} />, page);
    expect(text(".unsure li")).toEqual(["a60%", "b30%", `${words.value.mobile.outsideShare}10%`]);
  });
});

test("the search box works by keyboard alone", async () => {
  const found = (code: string): FoundGrid => ({ tier: 3, code, name: code, bbox: [1, 2, 3, 4], label: [1.5, 2.5] });
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(inside)));
  await act(() => render(<Search />, page));
  const input = page.querySelector("input");
  const press = (key: string) =>
    act(() => void input?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  await act(() => input?.focus());
  await act(() => {
    query.value = "柳";
    findings.value = { state: "found", grids: [found("a"), found("b")] };
  });
  expect(input?.getAttribute("aria-expanded")).toBe("true");
  await press("ArrowDown");
  await press("ArrowDown");
  expect(page.querySelector('[aria-selected="true"] .name')?.textContent).toBe("b");
  await press("Enter");
  expect(wish.value).toEqual({ to: "box", box: [1, 2, 3, 4] });
  expect(answer.value).toMatchObject({ query: { place: { lon: 1.5, lat: 2.5 } } });
  expect(query.value).toBe("");
});
