// Writes the pictures of the documentation: the real pages on the real service, first with the demo town as it is
// (docs/screenshot.png, docs/screenshot-m.png), then with a shapefile on its way to a published edition (docs/pictures/).
// `pngquant` makes them small.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { launch, mapRests, open } from "../tests/browser/chromium.mjs";
import { adminKey, serve } from "../tests/browser/gridward.mjs";
import { damagedShapefile } from "../tests/browser/shapefile.mjs";

const docs = resolve(import.meta.dirname, "../../docs");
const here = { longitude: 116.9, latitude: 30.8, accuracy: 8 };

mkdirSync(resolve(docs, "pictures"), { recursive: true });
const [town, browser] = await Promise.all([serve({ demo: true }), launch()]);
const shapefile = damagedShapefile();
try {
  await theTown();
  await theEditions();
} finally {
  shapefile.remove();
  await browser.close();
  await town.stop();
}

async function theTown() {
  const viewer = await open(browser, town.url);
  await mapRests(viewer.page);
  await viewer.page.mouse.click(860, 400);
  await viewer.page.locator('.panel[data-state="answered"]').waitFor();
  await mapRests(viewer.page);
  await keep(viewer.page, "screenshot");

  const phone = await open(browser, `${town.url}/m`, { width: 390, height: 844, position: here });
  await phone.page.locator('.result[data-state="answered"]').waitFor();
  await keep(phone.page, "screenshot-m");
}

async function theEditions() {
  const { page } = await open(browser, town.url);
  /** @param {string} name */
  const picture = async (name) => {
    await mapRests(page);
    await page.mouse.move(900, 20);
    await keep(page, `pictures/${name}`);
  };
  await mapRests(page);
  await page.locator(".open-editions").click();
  await page.getByLabel("管理员密钥").fill(await adminKey(town));
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("button", { name: "上传边界" }).click();
  await page.locator(".drop input").setInputFiles(shapefile.files);
  await page.getByLabel("版本名称").fill("2026-11");
  await picture("upload");
  await page.getByRole("button", { name: "上传并检查" }).click();
  await page.locator(".report .problem").first().waitFor();
  await mapRests(page);
  await page.getByRole("listbox", { name: "问题列表" }).press("ArrowDown");
  await picture("report");
  await page.getByRole("button", { name: "修复…" }).click();
  await page.locator("dialog").getByRole("button", { name: "修复" }).click();
  await page.locator(".repairs-done").waitFor();
  await page.getByRole("button", { name: "比较", exact: true }).click();
  await page.locator('[data-kind="moved"] .problem').first().click();
  await picture("compare");
  await page.getByRole("button", { name: "返回" }).click();
  await page.locator(".edition").first().click();
  await page.locator(".report .problem").first().waitFor();
  await page.getByRole("button", { name: "发布…" }).click();
  await page.locator("dialog .figures").waitFor();
  await page.locator("dialog").getByLabel("我知道这些错误，仍要发布").check();
  await picture("publish");
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function keep(page, name) {
  const path = resolve(docs, `${name}.png`);
  await page.screenshot({ path });
  execFileSync("pngquant", ["--force", "--output", path, path]);
}
