// Writes the pictures of the documentation: the real pages on the real service, first with the demo town as it is
// (docs/screenshot.png, docs/screenshot-m.png), then with reports that people are at work with, then with a shapefile on its
// way to a published edition (docs/pictures/). With names of these, `town`, `login`, `overview`, `reports`, `editions`, only those.
// `pngquant` makes them small.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { launch, mapRests, open } from "../tests/browser/chromium.mjs";
import { adminKey, makeKey, serve } from "../tests/browser/gridward.mjs";
import { damagedShapefile } from "../tests/browser/shapefile.mjs";

const docs = resolve(import.meta.dirname, "../../docs");
const here = { longitude: 116.9, latitude: 30.8, accuracy: 8 };

mkdirSync(resolve(docs, "pictures"), { recursive: true });
const [town, browser] = await Promise.all([serve({ demo: true }), launch()]);
const shapefile = damagedShapefile();
// The overview before anything is reported: it says what the demo is known to hold.
const parts = { town: theTown, login: theLogin, overview: theOverview, reports: theReports, editions: theEditions };
const wanted = process.argv.slice(2);
try {
  for (const [name, draw] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await draw();
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

async function theReports() {
  const key = await makeKey(town, "dispatcher", { name: "网格办 丁主任" });
  const village = "340881106202";
  const leader = await makeKey(town, "leader", { grid: village, name: "乔庄村 李主任" });
  /** @type {(path: string, by: string, body: unknown) => Promise<{ id: string }>} */
  const post = async (path, by, body) => {
    const headers = { authorization: `Bearer ${by}`, "content-type": "application/json" };
    const response = await fetch(`${town.url}/v1/reports${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return /** @type {Promise<{ id: string }>} */ (response.json());
  };
  const told = /** @type {const} */ ([
    ["sanitation", "村口垃圾堆了三天，有异味"],
    ["public_facilities", "路灯不亮，晚上看不见路"],
    ["dispute", "两家因宅基地界线争吵"],
    ["flood", "水渠堵塞，田里积水"],
    ["illegal_building", "河边新搭了棚子"],
    ["services", "老人行动不便，想代办医保"],
    ["fire", "仓库门口堆满秸秆，堵住消防通道"],
  ]);
  for (let at = 0; at < 36; at++) {
    const [category, description] = told[at % told.length] ?? told[0];
    const place = { lon: 116.835 + ((at * 37) % 100) * 0.0012, lat: 30.755 + ((at * 61) % 100) * 0.00095 };
    const { id } = await post("", key, { category, description, ...place });
    if (at % 3 === 0) await post(`/${id}/accept`, key, { note: "已安排人去看" });
    if (at % 6 === 0) await post(`/${id}/resolve`, key, { note: "已处理" });
  }
  const here = { lon: 116.9021, lat: 30.7893 };
  const reporter = { name: "王某", phone: "13900000000" };
  const lamp = { category: "public_facilities", description: "桥头路灯不亮，晚上看不见路", reporter };
  const { id } = await post("", key, { ...lamp, ...here });
  await post("", key, { ...lamp, description: "桥边的灯坏了", lon: here.lon + 0.0003, lat: here.lat });
  await post(`/${id}/accept`, key, { note: "马上去看" });
  await post(`/${id}/forward`, key, { to: "tier1", note: "灯杆归村里管" });

  const { page } = await open(browser, `${town.url}/#report=${id}`);
  await mapRests(page);
  await page.locator(".sign-in input").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".report-page").waitFor();
  await page.locator(".duplicates").waitFor();
  await mapRests(page);
  await keep(page, "pictures/report-page");
  await page.locator(".why summary").click();
  await page.locator(".decision").waitFor();
  await page.locator(".story").evaluate((story) => story.scrollIntoView());
  await page.locator(".panel").evaluate((panel) => panel.scrollBy(0, -70));
  await keep(page, "pictures/report-story");
  await page.locator(".reports header button").first().click();
  await page.locator(".row").first().waitFor();
  await page.locator(".controls button").last().click();
  await mapRests(page);
  await keep(page, "pictures/reports");
  await page.mouse.click(1000, 420, { button: "right" });
  await page.locator("select[name=category]").selectOption("sanitation");
  await page.locator("textarea[name=description]").fill("路边垃圾未清运");
  await page.locator(".goes-to").waitFor();
  await mapRests(page);
  await keep(page, "pictures/report-here");

  const phone = await open(browser, town.url, { width: 390, height: 844 });
  await phone.page.locator(".open-reports").click();
  await phone.page.locator(".sign-in input").fill(leader);
  await phone.page.keyboard.press("Enter");
  await phone.page.locator(".row").first().waitFor();
  await mapRests(phone.page);
  await keep(phone.page, "pictures/reports-phone");
}

async function theLogin() {
  const { page } = await open(browser, `${town.url}/login`, { width: 900, height: 620 });
  await page.locator("input[name=username]").fill("wang");
  await page.locator("input[name=password]").fill("not the password");
  await keep(page, "pictures/login");
}

async function theOverview() {
  const { page } = await open(browser, `${town.url}/overview`, { height: 2000 });
  await page.locator(".sign-in input").fill(await adminKey(town));
  await page.keyboard.press("Enter");
  await page.locator(".counts[aria-busy='false']").waitFor();
  await page.locator(".shaded-map canvas").waitFor();
  await mapRests(page);
  await keep(page, "pictures/overview");
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
  await page.getByRole("listbox", { name: "问题列表" }).getByRole("option").first().press("ArrowDown");
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
