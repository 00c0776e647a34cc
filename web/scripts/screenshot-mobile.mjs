// Writes the pictures of docs/leader.md: the real phone page on the real service with the demo town (docs/pictures/phone-*.png).
// `pngquant` makes them small.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { launch, open } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/gridward.mjs";
import { jpegWithPlace } from "../tests/browser/photo.mjs";

const pictures = resolve(import.meta.dirname, "../../docs/pictures");
const size = { width: 390, height: 844 };
const here = { longitude: 116.9, latitude: 30.8, accuracy: 8 };

mkdirSync(pictures, { recursive: true });
const [town, browser] = await Promise.all([serve({ demo: true }), launch()]);
try {
  await theResident();
  await theLeader();
} finally {
  await browser.close();
  await town.stop();
}

async function theResident() {
  const { page } = await open(browser, `${town.url}/m`, { ...size, position: here });
  await page.locator('.result[data-state="answered"]').waitFor();
  await keep(page, "here");
  await page.getByRole("button", { name: "在此上报" }).click();
  await page.locator(".categories label", { hasText: "公共设施" }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await keep(page, "report");
  const buffer = await jpegWithPlace(page, { width: 1600, height: 1200, orientation: 1 });
  await page.locator(".send input").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer });
  await page.locator(".photo-picker img").waitFor();
  await page.locator(".more summary").click();
  await page.getByLabel("情况说明").fill("路口井盖翘起，骑车容易摔倒");
  await page.getByLabel("您的姓名").fill("王女士");
  await page.getByLabel("您的电话").fill("13900001234");
  await page.locator(".send button").click();
  await page.locator(".report-card[data-id] .photo-strip img").waitFor();
  await keep(page, "mine");
}

async function theLeader() {
  const answer = await (await fetch(`${town.url}/v1/locate?lon=116.9&lat=30.8`)).json();
  const code = answer.grids.at(-1).code;
  const key = /gw_\S+/.exec(await town.run("key", "create", "--role", "leader", "--grid", code))?.[0] ?? "";
  const { page } = await open(browser, `${town.url}/m#work`, { ...size, position: here });
  await page.getByRole("button", { name: "用密钥登录" }).click();
  await page.locator("#work-key").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".tasks .report-card").first().waitFor();
  const body = JSON.stringify({
    category: "sanitation",
    description: "垃圾桶满了两天没有清运",
    lon: 116.9,
    lat: 30.8,
    reporter: { name: "李先生", phone: "13800005678" },
  });
  const headers = { "content-type": "application/json" };
  await fetch(`${town.url}/v1/reports`, { method: "POST", headers, body });
  await page.locator('[data-status="fresh"]').waitFor();
  await keep(page, "work");
  const task = page.locator(".tasks .report-card", { hasText: "井盖" });
  await task.locator('[data-action="accept"]').click();
  await task.locator('[data-action="resolve"]').waitFor();
  await task.locator(".card-head").click();
  await task.locator(".photo-strip img").waitFor();
  await task.locator('[data-action="resolve"]').click();
  await task.locator("textarea").fill("已联系市政，井盖当天更换");
  await task.scrollIntoViewIfNeeded();
  await keep(page, "step");
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function keep(page, name) {
  const path = resolve(pictures, `phone-${name}.png`);
  await page.waitForTimeout(300);
  await page.screenshot({ path });
  try {
    execFileSync("pngquant", ["--force", "--skip-if-larger", "--output", path, "64", path]);
  } catch {
    // Without the program, or where it would gain nothing, the picture stays as it is.
  }
}
