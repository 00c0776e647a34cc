// A leader at work on the phone in a real browser, on the real service with the demo town: the list, and every step.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { ReportDetail } from "../../src/api/types.ts";
import { accessible, fitsWidth, fromApi, largeEnough } from "./expect.ts";
import { adminKey, makeKey } from "./gridward.mjs";
import { jpegWithPlace } from "./photo.mjs";
import { demoTown, type Opening, PHONE } from "./town.ts";

const town = demoTown();
let admin: string;

const here = { longitude: 116.9, latitude: 30.8, accuracy: 5.25 };

beforeAll(async () => {
  admin = await adminKey(town);
});

const newReport = (description: string) => ({
  category: "sanitation",
  description,
  lon: here.longitude,
  lat: here.latitude,
  reporter: { name: "王某", phone: "13912345678" },
});

async function atWork(opening: Opening = {}): Promise<Page> {
  const answer = await fromApi(town.url, { lon: here.longitude, lat: here.latitude });
  const key = await makeKey(town, "leader", { grid: answer.grids.at(-1)?.code ?? "", name: "phone" });
  // A wrong key is refused, which Chromium says in the console.
  town.overlook("Failed to load resource");
  const { page } = await town.open("/m#work", { ...PHONE, position: here, ...opening });
  await page.getByRole("button", { name: "用密钥登录" }).click();
  await page.locator("#work-key").fill("gw_wrong");
  await page.keyboard.press("Enter");
  await page.locator("#work-wrong", { hasText: "密钥" }).waitFor();
  await accessible(page);
  await page.locator("#work-key").fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".tasks[aria-busy=false]").waitFor({ state: "attached" });
  return page;
}

test("new reports appear by themselves, and every step is taken there", async () => {
  const page = await atWork();
  const { id } = await town.api<ReportDetail>("/v1/reports", admin, newReport("网格长手机上的一件"));
  const card = page.locator(`.tasks [data-id="${id}"]`);
  await card.waitFor();
  expect(await card.locator('[data-status="fresh"]').textContent()).toBe("新");
  expect(await page.locator(".work [role=status]").first().textContent()).toContain("1");
  // In the list the number is masked; who opens the report may call.
  expect(await card.locator(".reporter .phone").textContent()).toContain("139****5678");
  await card.locator(".card-head").click();
  await expect.poll(() => card.locator("a.call").getAttribute("href")).toBe("tel:13912345678");
  await accessible(page);
  await fitsWidth(page);
  await card.locator(".card-head").click();

  await card.locator('[data-action="accept"]').click();
  await expect.poll(() => card.locator("[data-status=accepted]").count()).toBe(1);
  await card.locator(".card-head").click();
  await card.locator(".story li").nth(1).waitFor();
  const photo = await jpegWithPlace(page, { width: 400, height: 300, orientation: 1 });
  await card.locator(".photo-picker input").setInputFiles({ name: "done.jpg", mimeType: "image/jpeg", buffer: photo });
  await card.locator(".photo-strip img").waitFor();
  await card.locator('[data-action="resolve"]').click();
  await card.getByLabel(/备注/).fill("已清运干净");
  await accessible(page);
  await card.getByRole("button", { name: "确定：办结" }).click();
  await card.waitFor({ state: "detached" });
  await page.locator(".filters label", { hasText: "待核实" }).click();
  await page.locator(`.tasks [data-id="${id}"]`).waitFor();
  const stored = await town.api<ReportDetail>(`/v1/reports/${id}`, admin);
  expect(stored.history?.map(({ action, note }) => [action, note ?? null])).toEqual([
    ["report", null],
    ["accept", null],
    ["resolve", "已清运干净"],
  ]);
});

test("what is passed up goes up, and somebody else's step is not overwritten", async () => {
  const { id } = await town.api<ReportDetail>("/v1/reports", admin, newReport("要上报上级的一件"));
  const page = await atWork();
  const card = page.locator(`.tasks [data-id="${id}"]`);
  await card.waitFor();
  await card.locator('[data-action="forward"]').click();
  await card.getByLabel(/备注/).fill("需要村里协调");
  await town.api(`/v1/reports/${id}/accept`, admin, {});
  await card.getByRole("button", { name: "确定：上报上级" }).click();
  // Either the list had it already, or the service said so.
  const level = async () => (await town.api<ReportDetail>(`/v1/reports/${id}`, admin)).level;
  const isTold = async () => (await card.locator(".wrong").count()) > 0;
  await expect.poll(async () => (await isTold()) || (await level()) === "tier2").toBe(true);
  if (await isTold()) {
    await card.locator('[data-action="forward"]').click();
    await card.getByRole("button", { name: "确定：上报上级" }).click();
  }
  await expect.poll(level).toBe("tier2");
  await expect.poll(() => card.textContent()).toContain("二级网格");
  expect(await card.locator("[data-action]").count(), "it is for others now").toBe(0);
});

test("a step opens in sight, above the tabs, ready to be written in", async () => {
  for (const word of ["一", "二", "三"]) await town.api("/v1/reports", admin, newReport(`长列表之${word}`));
  const page = await atWork();
  const card = page.locator(".tasks .report-card:has([data-action=forward])").last();
  // The card's buttons lie just above the tabs, so that what opens below them is out of sight.
  const tabs = (await page.locator(".tabs").boundingBox())?.y ?? 0;
  await card.locator('[data-action="forward"]').evaluate((button, tabs) => {
    scrollBy(0, button.getBoundingClientRect().bottom - tabs + 8);
  }, tabs);
  await card.locator('[data-action="forward"]').click();
  const form = card.locator(".step-form");
  await form.waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  await expect
    .poll(async () => {
      const box = await form.boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0);
    })
    .toBeLessThanOrEqual(tabs);
});

test("begins with what the leader can do something about, and tells the rest apart", async () => {
  const fire = await town.api<ReportDetail>("/v1/reports", admin, { ...newReport("镇里办的火情"), category: "fire" });
  const own = await town.api<ReportDetail>("/v1/reports", admin, newReport("组里自己办的一件"));
  const page = await atWork();
  await page.locator(`.tasks > .cards [data-id="${own.id}"] [data-action]`).first().waitFor();
  const above = page.locator(".above");
  expect(await above.locator("h3").textContent()).toBe("上级办理中");
  await above.locator(`[data-id="${fire.id}"]`).waitFor();
  expect(await above.locator("[data-action]").count()).toBe(0);
  expect(await page.locator(`.tasks > .cards [data-id="${fire.id}"]`).count()).toBe(0);
  await accessible(page);
  await fitsWidth(page);
});

test.each(["light", "dark"] as const)("every target is 48 px or more (%s)", async (theme) => {
  await town.api("/v1/reports", admin, newReport("大按钮"));
  const page = await atWork({ theme });
  await page.locator(".tasks .card-head").first().click();
  await page.locator(".tasks .story").first().waitFor();
  await largeEnough(page, "button, a, input, select, textarea", { height: 48 });
  await accessible(page);
  await fitsWidth(page);
});
