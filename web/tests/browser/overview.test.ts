// The town's overview in a real browser, on the real service with the demo town and its 144 reports.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { Stats } from "../../src/api/types.ts";
import { mapRests } from "./chromium.mjs";
import { accessible, fitsWidth } from "./expect.ts";
import { makeKey } from "./gridward.mjs";
import { demoTown, type Opening, refused } from "./town.ts";

const town = demoTown();
let key: string;

beforeAll(async () => {
  key = await makeKey(town, "dispatcher");
});

/** The page, signed in. */
async function visit(path = "/overview", opening: Opening = {}): Promise<Page> {
  const { page } = await town.open(path, { width: 1280, height: 1400, ...opening });
  await page.locator(".sign-in input").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".counts[aria-busy='false']").waitFor();
  return page;
}

const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"] dd`).textContent();
const reports = (page: Page) => page.locator(".counts[aria-busy='false']").getAttribute("data-reports");
const numbers = (page: Page, row: string) => page.locator(`${row} td.number`).allTextContents();

const stats = (query: string) => town.api<Stats>(`/v1/stats?${query}`, key);

test("it says what the town counted: 144 reports, settled by 102, 39 and 3, all of them", async () => {
  const page = await visit();
  expect(await figure(page, "reports")).toBe("144");
  expect(await figure(page, "settled")).toBe("144");
  expect(await figure(page, "rate")).toBe("100%");
  expect(await figure(page, "overdue")).toBe("0");
  expect((await numbers(page, '[data-level="tier3"]'))[0]).toBe("102");
  expect((await numbers(page, '[data-level="tier2"]'))[0]).toBe("0");
  expect((await numbers(page, '[data-level="tier1"]'))[0]).toBe("39");
  expect((await numbers(page, '[data-level="town"]'))[0]).toBe("3");
  const { rows } = await stats("by=tier1,category");
  for (const row of rows) {
    const line = row.by === "category" ? `[data-category="${row.about}"]` : `tr[data-grid="${row.about}"]`;
    expect((await numbers(page, line)).slice(0, 3)).toEqual([String(row.reports), String(row.settled), "100%"]);
  }
  expect(await page.locator(".grids-counted tbody tr").count()).toBe(rows.filter((row) => row.by === "tier1").length);
  await mapRests(page);
  await accessible(page);
  await fitsWidth(page);
});

test("a period, a tier and a measure are in the address, and count as the service does", async () => {
  const page = await visit("/overview?since=2021-09-01&until=2021-12-31&tier=2&show=hours");
  const one = await stats("by=tier2&since=2021-09-01T00:00:00%2B08:00&until=2022-01-01T00:00:00%2B08:00");
  expect(one.total.reports).toBeGreaterThan(20);
  expect(await reports(page)).toBe(String(one.total.reports));
  expect(await page.locator(".grids-counted tbody tr").count()).toBe(one.rows.length);
  await page.getByLabel("上报日期从").fill("2022-01-01");
  await page.getByLabel("到", { exact: true }).fill("2022-12-31");
  await expect.poll(() => reports(page)).toBe(String(144 - one.total.reports));
  expect(new URL(page.url()).search).toBe("?since=2022-01-01&until=2022-12-31&tier=2&show=hours");
  await page.getByRole("button", { name: "近 7 天" }).click();
  await expect.poll(() => reports(page)).toBe("0");
  expect(await page.locator(".counts > .nothing").textContent()).toBe("这段时间没有上报事件。");
  await page.getByRole("button", { name: "全部", exact: true }).click();
  await expect.poll(() => reports(page)).toBe("144");
});

test("the map and the table point at the same grid", async () => {
  const page = await visit();
  await mapRests(page);
  await page.locator(".shaded-map canvas").click();
  const row = page.locator('tr[data-chosen="true"]');
  await expect.poll(() => row.count()).toBe(1);
  const chosen = await row.getAttribute("data-grid");
  await page.locator(`tr[data-grid]:not([data-grid="${chosen}"]) button`).first().click();
  await expect.poll(() => row.getAttribute("data-grid")).not.toBe(chosen);
  expect(await row.count()).toBe(1);
});

test("the counts go out as CSV and as a workbook", async () => {
  const page = await visit("/overview?since=2021-09-01");
  for (const [button, name, start] of [
    ["导出 CSV", "gridward-stats_2021-09-01.csv", "\ufeff统计方式,编码,名称,上报数"],
    ["导出 Excel", "gridward-stats_2021-09-01.xlsx", "PK"],
  ] as const) {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe(name);
    expect((await readFile(await file.path(), "utf8")).startsWith(start)).toBe(true);
  }
});

test("a phone in the dark, in English", async () => {
  const page = await visit("/overview", { width: 390, height: 844, theme: "dark", language: "en" });
  expect(await page.locator("h1").textContent()).toBe("Overview of the town");
  expect(await figure(page, "rate")).toBe("100%");
  // The title, the ways to elsewhere, the language and the person are one row.
  const middles = await page.locator(".top > *").evaluateAll((all) =>
    all.map((one) => {
      const { top, height } = one.getBoundingClientRect();
      return top + height / 2;
    }),
  );
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(4);
  await mapRests(page);
  await accessible(page);
  await fitsWidth(page);
});

test("a period that ends before it begins counts nothing, not even what was counted before", async () => {
  const page = await visit("/overview?since=2021-09-01");
  await page.getByLabel("到", { exact: true }).fill("2021-08-01");
  await expect.poll(() => page.locator('.period [role="alert"]').textContent()).toContain("开始日期晚于结束日期");
  await expect.poll(() => page.locator(".counts").count()).toBe(0);
  expect(await page.getByRole("button", { name: "导出 CSV" }).isDisabled()).toBe(true);
  await page.getByLabel("到", { exact: true }).fill("");
  await expect.poll(() => page.locator(".main-figures .of").textContent()).toBe("2021-09-01 起");
});

test("a key that may not count is told so", async () => {
  const system = await makeKey(town, "reporter");
  const opened = await town.open("/overview");
  const { page } = opened;
  await page.locator(".sign-in input").fill(system);
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".fault, .wrong").count()).toBe(1);
  // The browser itself notes the refusal.
  await refused(opened, 403);
});
