// From a shapefile to the edition in force and back, in a real browser on the real service: the whole story of somebody who
// manages the grids, with a GBK shapefile as offices have them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ComparedReports, Comparison, Edition, FoundGrid, Report } from "../../src/api/types.ts";
import { mapRests, open } from "./chromium.mjs";
import { accessible, fitsWidth, largeEnough } from "./expect.ts";
import { adminKey, serve } from "./gridward.mjs";
import { damagedShapefile, RENAMED, TOWN } from "./shapefile.mjs";
import { demoTown, type Opened, refused } from "./town.ts";

const town = demoTown();
let key: string;
let shapefile: ReturnType<typeof damagedShapefile>;

beforeAll(async () => {
  key = await adminKey(town);
  // Somebody else's draft, that there is always another edition to compare with.
  await town.run("import", TOWN, "--edition", "another");
  shapefile = damagedShapefile();
});

afterAll(() => shapefile?.remove());

const fromService = <T>(path: string): Promise<T> => town.api(path, key);

async function inForce(): Promise<string | undefined> {
  const { editions } = await fromService<{ editions: Edition[] }>("/v1/editions");
  return editions.find((edition) => edition.in_force)?.name;
}

async function openDesk(page: Page): Promise<void> {
  await page.locator(".open-editions").click();
  await page.locator(".desk .editions .edition").first().waitFor();
}

/** The text of what has the keyboard. */
const focused = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => document.activeElement?.textContent);

/** Within the panel, and not under its head. */
async function inSight(page: Page, selector: string): Promise<void> {
  const places = () =>
    page.evaluate((selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      const [panel, head] = [".desk", ".desk > header"].map((one) =>
        document.querySelector(one)?.getBoundingClientRect(),
      );
      return box && panel && head && box.height > 0 && box.top >= head.bottom - 1 && box.bottom <= panel.bottom + 1;
    }, selector);
  await expect.poll(places, { message: selector }).toBe(true);
}

async function signIn(page: Page, text = key): Promise<void> {
  await page.getByLabel("管理员密钥").fill(text);
  await page.getByRole("button", { name: "登录" }).click();
}

describe("from a shapefile to the edition in force", () => {
  let opened: Opened;
  let page: Page;
  const name = "2026-11";
  let repaired = "";

  beforeAll(async () => {
    // For all tests of this story.
    opened = await open(town.browser, town.url);
    page = opened.page;
    await mapRests(page);
  });

  afterEach(async () => {
    expect(opened.faults).toEqual([]);
  });

  afterAll(() => opened.context.close());

  test("the panel comes when it is asked for, and shows everybody the published editions", async () => {
    const before = opened.requests.length;
    expect(opened.requests.filter((url) => url.includes("/assets/editions"))).toEqual([]);
    await openDesk(page);
    expect(opened.requests.slice(before).some((url) => url.includes("/assets/editions"))).toBe(true);
    expect(await page.locator(".edition strong").allTextContents()).toEqual(["demo"]);
    expect(await page.locator(".edition .standing").allTextContents()).toEqual(["生效中"]);
    await accessible(page);
  });

  test("a key that is wrong is said to be, and one that holds opens the work", async () => {
    await signIn(page, "gw_0123456789ab_wrong");
    expect(await page.locator("#key-refused").textContent()).toContain("密钥不对");
    await refused(opened, 401);
    await accessible(page);
    await signIn(page);
    await page.getByRole("button", { name: "上传边界" }).waitFor();
    expect(await page.evaluate(() => [sessionStorage.length, JSON.stringify(localStorage).includes("gw_")])).toEqual([
      1,
      false,
    ]);
  });

  test("files are uploaded, read in their encoding and coordinate system, and checked", async () => {
    await page.getByRole("button", { name: "上传边界" }).click();
    await page.getByRole("button", { name: "上传并检查" }).click();
    await expect.poll(() => page.locator(".drop .wrong").textContent()).toContain("请先选择文件");
    await page.locator(".drop input").setInputFiles(shapefile.files);
    await expect.poll(() => page.locator(".files li").count()).toBe(shapefile.files.length);
    // One of the parts has grids; the others belong to it.
    expect(await page.locator(".files select").count()).toBe(1);
    await page.getByLabel("版本名称").fill("demo");
    await page.getByRole("button", { name: "上传并检查" }).click();
    await expect.poll(() => page.locator(".upload .field .wrong").textContent()).toContain("已有同名");
    await page.getByLabel("版本名称").fill(name);
    await accessible(page);
    await page.getByRole("button", { name: "上传并检查" }).click();
    await page.locator('.desk[data-page="edition"] .report .problem').first().waitFor();
    expect(await page.locator(".desk header h2").textContent()).toBe(name);
    expect(await page.locator(".desk .facts-list dd").first().textContent()).toBe("一级 22 · 二级 50 · 三级 165");
    // How it came out has the keyboard, in sight.
    await expect.poll(() => focused(page)).toMatch(/^2026-11 已存为草稿，发现 \d+ 个错误、\d+ 个提醒$/);
    await inSight(page, ".desk > .outcome");
    // What was seen in the files is said in Chinese, of the fields of the form.
    const notes = await page.getByRole("region", { name: "读入时看到的" }).textContent();
    expect(notes).toContain("网格.dbf 的文字按 GBK 读取");
    expect(notes).not.toMatch(/--|英文/);
  });

  test("the report is on the map and in a list that flies from problem to problem", async () => {
    const { problems } = await fromService<Report>(`/v1/editions/${name}/report?f=json`);
    const codes = [...new Set(problems.map(({ code }) => code))].sort();
    expect(codes).toEqual(expect.arrayContaining(["gap", "overlap"]));
    const shown = await page.locator(".problem-group").evaluateAll((all) => all.map((one) => one.dataset.code));
    expect(shown.sort()).toEqual(codes);
    expect(await page.locator(".problem-group .problem").count()).toBe(problems.length);
    await mapRests(page);
    expect(opened.requests.some((url) => url.includes(`/tiles/${name}/grids/`))).toBe(true);
    await accessible(page);

    // Tab leads from the filter into the list, on its first entry.
    await page.getByRole("button", { name: /个提醒/ }).focus();
    await page.keyboard.press("Tab");
    const entries = page.getByRole("listbox", { name: "问题列表" }).getByRole("option");
    expect(await entries.first().evaluate((entry) => entry === document.activeElement)).toBe(true);
    const whole = await page.screenshot();
    await page.keyboard.press("ArrowDown");
    await mapRests(page);
    expect((await page.screenshot()).equals(whole)).toBe(false);
    /** Where among the entries the keyboard is, and which of them is chosen. */
    const looksAt = () =>
      entries.evaluateAll((all) => [
        all.indexOf(document.activeElement as HTMLElement),
        all.findIndex((entry) => entry.getAttribute("aria-selected") === "true"),
      ]);
    const last = problems.length - 1;
    for (const [press, at] of [
      ["ArrowDown", 1],
      ["ArrowDown", 2],
      ["ArrowUp", 1],
      ["End", last],
      ["Home", 0],
    ] as const) {
      await page.keyboard.press(press);
      await expect.poll(looksAt, { message: press }).toEqual([at, at]);
    }
    // After a click the keys go on from there.
    await entries.nth(2).click();
    await page.keyboard.press("ArrowDown");
    await expect.poll(looksAt).toEqual([3, 3]);
    await inSight(page, '.problem[aria-selected="true"]');
    await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).toContain("个提醒");

    await page.getByRole("button", { name: /个提醒/ }).click();
    const errors = problems.filter(({ severity }) => severity === "error");
    await expect.poll(() => page.locator(".problem-group .problem").count()).toBe(errors.length);
  });

  test("a repair joins what nearly meets, and says how far it moved", async () => {
    const { problems: before } = await fromService<Report>(`/v1/editions/${name}/report?f=json`);
    await page.getByRole("button", { name: "修复…" }).click();
    await page.getByLabel("容差（米）").fill("0.5");
    await accessible(page);
    await page.locator("dialog").getByRole("button", { name: "修复" }).click();
    await page.locator(".repairs-done").waitFor();
    repaired = (await page.locator(".desk header h2").textContent()) ?? "";
    const { problems, repairs } = await fromService<Report>(`/v1/editions/${repaired}/report?f=json`);
    expect(problems.length).toBeLessThan(before.length);
    expect(problems.filter(({ code }) => code === "overlap").length).toBeGreaterThan(0);
    expect(repairs.length).toBeGreaterThan(0);
    expect(Math.max(...repairs.map(({ moved_m }) => moved_m))).toBeLessThanOrEqual(0.5);
    await page.locator(".repairs-done summary").click();
    await expect.poll(() => page.locator(".repairs-done li").count()).toBe(Math.min(repairs.length, 50));
  });

  test("the comparison names what would change, beside a map with a divider", async () => {
    await page.getByRole("button", { name: "比较", exact: true }).click();
    await page.locator(".problem-group.change .problem").first().waitFor();
    const diff = await fromService<Comparison>(`/v1/editions/demo/diff/${repaired}?f=json`);
    const kinds = ["added", "removed", "recoded", "renamed", "reparented", "moved"] as const;
    const isSmall = (grid: Comparison["moved"][number]) =>
      (grid.gained_km2 + grid.lost_km2) * 1e6 < 100 && grid.gained_percent + grid.lost_percent < 1;
    const small = diff.moved.filter(isSmall).length;
    expect(await page.locator('[data-kind="moved"] .problem').count()).toBe(diff.moved.length - small);
    expect(small).toBeGreaterThan(0);
    await page.getByRole("button", { name: `另有 ${small} 处很小的变动` }).click();
    await expect.poll(() => page.locator('[data-kind="moved"] .problem').count()).toBe(diff.moved.length);
    for (const kind of kinds) {
      const group = page.locator(`.problem-group[data-kind="${kind}"]`);
      expect(await group.locator(".problem").count(), kind).toBe(diff[kind].length);
    }
    expect(await page.locator('[data-kind="renamed"] .problem').allTextContents()).toEqual([
      expect.stringContaining(RENAMED.name),
    ]);
    await mapRests(page);
    for (const edition of ["demo", repaired]) {
      expect(opened.requests.some((url) => url.includes(`/tiles/${encodeURIComponent(edition)}/grids/`))).toBe(true);
    }
    const slider = page.getByRole("slider", { name: "前后分界线" });
    expect(await slider.getAttribute("aria-valuenow")).toBe("50");
    await slider.focus();
    const middle = await page.screenshot();
    for (let presses = 0; presses < 5; presses++) await page.keyboard.press("ArrowLeft");
    await expect.poll(() => slider.getAttribute("aria-valuenow")).toBe("40");
    const box = await page.locator(".grip").boundingBox();
    if (!box) throw new Error("no grip");
    await page.mouse.move(box.x + 22, box.y + 22);
    await page.mouse.down();
    await page.mouse.move(box.x + 222, box.y + 22, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Number(await slider.getAttribute("aria-valuenow"))).toBeGreaterThan(55);
    await mapRests(page);
    expect((await page.screenshot()).equals(middle)).toBe(false);
    await accessible(page);
    await page.locator('[data-kind="moved"] .problem').first().click();
    await mapRests(page);
    expect(await page.locator('.problem[aria-selected="true"]').count()).toBe(1);
  });

  test("publishing asks for confirmation of the errors that are overridden, and the map shows the new edition", async () => {
    await page.getByRole("button", { name: "返回" }).click();
    await page.locator(`[data-edition="${repaired}"]`).click();
    await page.locator(".problem-group").first().waitFor();
    await page.getByRole("button", { name: "发布…" }).click();
    const dialog = page.locator("dialog");
    const button = dialog.getByRole("button", { name: "发布", exact: true });
    await expect
      .poll(() => dialog.locator(".overridden li").evaluateAll((all) => all.map((one) => one.dataset.code)))
      .toContain("overlap");
    await dialog.locator(".figures").waitFor();
    expect(await button.isDisabled()).toBe(true);
    await accessible(page);
    await dialog.getByLabel("我知道这些错误，仍要发布").check();
    await button.click();
    await expect.poll(() => page.locator(".desk .outcome").first().textContent()).toContain("已发布");
    expect(await inForce()).toBe(repaired);
    await expect.poll(() => page.locator(".desk header .standing").textContent()).toBe("生效中");
    await page.getByRole("button", { name: "关闭" }).click();
    await mapRests(page);
    const seen = opened.requests.length;
    await page.mouse.click(860, 400);
    await expect.poll(() => page.locator(".panel .at").textContent()).toContain(repaired);
    expect(opened.requests.slice(0, seen).some((url) => url.includes(`/tiles/${encodeURIComponent(repaired)}/`))).toBe(
      true,
    );
    await page.keyboard.press("Escape");
  });

  test("a rollback leads back, after a question", async () => {
    await openDesk(page);
    await page.locator(`[data-edition="${repaired}"]`).click();
    await page.getByRole("button", { name: "退回上一版本…" }).click();
    expect(await page.locator("dialog").textContent()).toContain("demo");
    await page.locator("dialog").getByRole("button", { name: "退回" }).click();
    await expect.poll(() => page.locator(".desk .outcome").first().textContent()).toContain("demo");
    expect(await inForce()).toBe("demo");
  });

  test("a draft can be deleted, and signing out leaves the published editions", async () => {
    await page.getByRole("button", { name: "返回" }).click();
    await page.locator(`[data-edition="${name}"]`).click();
    await page.getByRole("button", { name: "删除草稿…" }).click();
    await page.locator("dialog").getByRole("button", { name: "删除" }).click();
    await expect.poll(() => page.locator(`[data-edition="${name}"]`).count()).toBe(0);
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.locator(".sign-in").waitFor();
    await page.locator(".edition").first().waitFor();
    await expect.poll(() => page.locator(".edition .standing").allTextContents()).not.toContain("草稿");
  });
});

describe.each([
  { width: 360, height: 740, language: "zh" as const, theme: "dark" as const },
  { width: 360, height: 740, language: "en" as const, theme: "light" as const },
  { width: 1280, height: 800, language: "en" as const, theme: "dark" as const },
])("at $width px, $language, $theme", (opening) => {
  test("every page of the panel fits and can be read by everyone", async () => {
    const { page } = await town.open("/", opening);
    const looks = async () => {
      await fitsWidth(page);
      await accessible(page);
    };
    await mapRests(page);
    await page.keyboard.press("Tab");
    for (let presses = 0; presses < 7; presses++) {
      if (await page.evaluate(() => document.activeElement?.classList.contains("open-editions"))) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.locator(".sign-in").waitFor();
    await looks();
    await page.locator(".sign-in input").fill(key);
    await page.keyboard.press("Enter");
    await page.locator(".sign-out").waitFor();
    await looks();
    await page.locator(".button.wide").click();
    await page.locator(".upload summary").click();
    await looks();
    await page.locator(".desk header button").first().click();
    await page.locator('[data-edition="demo"]').click();
    await page.locator(".desk .report .sound, .desk .report .problems").first().waitFor();
    await looks();
    await page.locator(".compare-with .button").click();
    await page.locator(".desk .problem-group.change, .desk p.sound").first().waitFor();
    await page.locator(".divider").waitFor();
    await looks();
    await largeEnough(page, ".desk button, .desk select, .divider", { height: 36, width: 36 });
  });
});

test("a comparison says how many open reports would lie in another grid, and flies there", async () => {
  const { label } = await fromService<FoundGrid>(`/v1/grids/${RENAMED.code}?f=json`);
  const [lon, lat] = label ?? [];
  await town.api("/v1/reports", null, { category: "sanitation", description: "垃圾未清运", lon, lat });
  const folder = mkdtempSync(join(tmpdir(), "gridward-renumbered-"));
  const file = join(folder, "renumbered.geojsonl");
  writeFileSync(file, readFileSync(TOWN, "utf8").replaceAll(`"${RENAMED.code}"`, '"renumbered"'));
  await town.run("import", file, "--edition", "renumbered");
  rmSync(folder, { recursive: true });
  const { page } = await town.open("/");
  await openDesk(page);
  await signIn(page);
  await page.locator('[data-edition="renumbered"]').click();
  await page.locator(".compare-with .button").click();
  await page.locator(".moved-reports").waitFor();
  const found = await fromService<ComparedReports>("/v1/editions/demo/diff/renumbered/reports");
  expect([found.another_grid.open, found.looked_at.open]).toEqual([1, 1]);
  expect(await page.locator(".moved-reports summary").textContent()).toBe("在办上报 1 件将换网格");
  await page.locator(".moved-reports summary").click();
  expect(await page.locator(".moved-reports .counted").textContent()).toContain(
    `${found.looked_at.all} 件上报中（含已办结），${found.another_grid.all} 件换网格`,
  );
  const pairs = page.locator(".moved-reports li .problem");
  expect(await pairs.count()).toBe(1);
  expect(await pairs.textContent()).toContain(`${RENAMED.code} → renumbered`);
  await accessible(page);
  await mapRests(page);
  const whole = await page.locator("canvas").first().screenshot();
  await pairs.click();
  await mapRests(page);
  expect((await page.locator("canvas").first().screenshot()).equals(whole)).toBe(false);
});

test("in an empty store the first edition can be uploaded and published", async () => {
  const nothing = await serve({ demo: false });
  const opened = await open(town.browser, nothing.url);
  const { page } = opened;
  try {
    await page.getByRole("button", { name: "上传网格边界" }).click();
    await signIn(page, await adminKey(nothing));
    await page.getByRole("button", { name: "上传边界" }).click();
    await page.locator(".drop input").setInputFiles(shapefile.files);
    await page.getByLabel("版本名称").fill("first");
    await page.getByLabel("读入时修复").check();
    await page.getByRole("button", { name: "上传并检查" }).click();
    await page.locator('.desk[data-page="edition"] .report .problem').first().waitFor();
    await mapRests(page);
    await page.getByRole("button", { name: "发布…" }).click();
    await page.locator("dialog").getByLabel("我知道这些错误，仍要发布").check();
    await page.locator("dialog").getByRole("button", { name: "发布", exact: true }).click();
    await expect.poll(() => page.locator(".desk .outcome").first().textContent()).toContain("已发布");
    await page.getByRole("button", { name: "关闭" }).click();
    await mapRests(page);
    await page.mouse.click(860, 400);
    await page.locator('.panel[data-state="answered"]').waitFor();
    // The browser itself notes that there was no map at first.
    await refused(opened, 503);
    expect(opened.faults).toEqual([]);
  } finally {
    await opened.context.close();
    await nothing.stop();
  }
});

test("a file that cannot be read is named with its feature and field, in sight of whoever sent it", async () => {
  const { page } = await town.open("/");
  await openDesk(page);
  await signIn(page);
  await page.getByRole("button", { name: "上传边界" }).click();
  const broken =
    '{"type":"Feature","properties":{"code":"1","tier":"x"},"geometry":{"type":"Polygon","coordinates":"no"}}';
  await page.locator(".drop input").setInputFiles({
    name: "坏的.geojsonl",
    mimeType: "application/json",
    buffer: Buffer.from(`${broken}\n`),
  });
  const send = page.getByRole("button", { name: "上传并检查" });
  await send.scrollIntoViewIfNeeded();
  await send.click();
  const fault = page.locator('.desk .fault[role="alert"]');
  await fault.waitFor();
  await expect.poll(() => focused(page)).toBe("没有导入");
  await inSight(page, ".desk .fault h3");
  expect(await fault.textContent()).toContain("坏的.geojsonl");
  expect(await page.locator(".faults li").count()).toBeGreaterThan(0);
  await accessible(page);
});
