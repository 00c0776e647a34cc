// The phone's page without the service, in a real browser: it opens, keeps what is reported, and sends it when the service is back.
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { mapRests } from "./chromium.mjs";
import { adminKey } from "./gridward.mjs";
import { demoTown, PHONE } from "./town.ts";

const town = demoTown();
let admin: string;

beforeAll(async () => {
  admin = await adminKey(town);
});

const here = { longitude: 116.9, latitude: 30.8, accuracy: 5 };

/** Opened once, so that the browser has what it needs; then again, so that what it does is seen by the worker. */
async function visited(): Promise<Page> {
  const { page } = await town.open("/m", { ...PHONE, position: here, worker: true });
  await page.locator('.result[data-state="answered"]').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active?.state));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await page.reload();
  await page.locator('.result[data-state="answered"]').waitFor();
  return page;
}

/** The paths of all that the worker keeps. */
function keptPaths(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.flat().map(({ url }) => new URL(url).pathname);
  });
}

test("it opens while the service is away, and what is reported meanwhile arrives once", async () => {
  const page = await visited();
  await page.getByRole("button", { name: "在地图上点选" }).click();
  await mapRests(page);
  await page.getByRole("button", { name: "我的网格" }).click();
  await page.getByRole("button", { name: "用密钥登录" }).click();
  await page.locator("#work-key").fill(admin);
  await page.keyboard.press("Enter");
  await page.locator(".tasks[aria-busy=false]").waitFor({ state: "attached" });
  // The page and its files, and what the map drew, once the worker has put it away; no answer that can name a person.
  await expect.poll(() => keptPaths(page)).toContain("/m");
  await expect.poll(async () => (await keptPaths(page)).some((path) => path.endsWith(".mvt"))).toBe(true);
  const kept = await keptPaths(page);
  expect(
    kept.filter((path) => !/^\/(m|style\.json|assets\/.+|tiles\/grids\.json|tiles\/[^/]+\/grids\/.+\.mvt)$/.test(path)),
  ).toEqual([]);

  // What does not come is said in the console.
  town.overlook("Failed to load resource");
  await town.halt();
  await page.goto(`${town.url}/m`);
  await page.locator(".failure", { hasText: "连不上服务" }).waitFor();
  await page.getByRole("button", { name: "在地图上点选" }).click();
  await mapRests(page);
  await page.reload();
  await page.getByRole("button", { name: "在此上报" }).click();
  await page.locator(".categories label", { hasText: "防汛" }).click();
  await page.locator(".more summary").click();
  await page.getByLabel("情况说明").fill("服务停了时的积水");
  await page.locator(".send button").click();
  await expect.poll(() => page.locator(".draft").getAttribute("data-state")).toBe("waiting");

  await town.resume();
  // Unless it went by itself meanwhile: the page tries again from time to time.
  await page
    .getByRole("button", { name: "现在发送" })
    .click({ timeout: 3_000 })
    .catch(() => undefined);
  await page.locator(".report-card[data-id]").first().waitFor();
  await page.locator(".draft").waitFor({ state: "detached" });
  const query = new URLSearchParams({ q: "服务停了时的积水" });
  const found = await town.api<{ reports: unknown[] }>(`/v1/reports?${query}`, admin);
  expect(found.reports).toHaveLength(1);
});

test("a page of another build than the worker's is not kept", async () => {
  const { page } = await town.open("/m", { ...PHONE, position: here });
  await page.locator('.result[data-state="answered"]').waitFor();
  const answer = await fetch(`${town.url}/offline.js`);
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  const [, ...files] = /SHELL_FILES = \[(.+?)\]/.exec(await answer.text())?.[1]?.split(",") ?? [];
  expect(files.length).toBeGreaterThan(3);
  // As if the service changed over to another build between the worker and the page.
  const other = await town.browser.newContext();
  await other.route("**/m", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll("/assets/m-", "/assets/other-") });
  });
  const stranger = await other.newPage();
  await stranger.goto(`${town.url}/login`);
  const outcome = await stranger.evaluate(async () => {
    const registration = await navigator.serviceWorker.register("/offline.js");
    const worker = registration.installing;
    if (!worker) return "none";
    return new Promise((end) => {
      worker.addEventListener("statechange", () => {
        if (worker.state === "redundant" || worker.state === "activated") end(worker.state);
      });
    });
  });
  expect(outcome).toBe("redundant");
  await other.close();
});
