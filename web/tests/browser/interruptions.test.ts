// What comes in between while somebody manages editions: files that are dropped, a publication for later, a job that is ended,
// a key that is revoked.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Edition } from "../../src/api/types.ts";
import { accessible } from "./expect.ts";
import { adminKey } from "./gridward.mjs";
import { damagedShapefile, TOWN } from "./shapefile.mjs";
import { demoTown, type Opened, refused } from "./town.ts";

const town = demoTown();
let key: string;
let shapefile: ReturnType<typeof damagedShapefile>;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  key = await adminKey(town);
  shapefile = damagedShapefile();
});

afterAll(() => shapefile?.remove());

beforeEach(async () => {
  opened = await town.open("/");
  page = opened.page;
  await page.locator(".open-editions").click();
  await page.locator(".desk .editions .edition").first().waitFor();
});

async function signIn(text = key): Promise<void> {
  await page.getByLabel("管理员密钥").fill(text);
  await page.getByRole("button", { name: "登录" }).click();
}

async function editions(): Promise<Edition[]> {
  return (await town.api<{ editions: Edition[] }>("/v1/editions", key)).editions;
}

/** As if the files were dragged from a folder onto the page. */
async function drop(paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    base64: readFileSync(path).toString("base64"),
  }));
  const dataTransfer = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
    }
    return transfer;
  }, files);
  await page.dispatchEvent(".drop", "dragover", { dataTransfer });
  await page.locator('.drop[data-over="true"]').waitFor();
  await page.dispatchEvent(".drop", "drop", { dataTransfer });
}

test("files that are dropped are uploaded, and the draft is published for later", async () => {
  await signIn();
  await page.getByRole("button", { name: "上传边界" }).click();
  await drop([TOWN]);
  await page.locator(".files li").waitFor();
  expect(await page.locator('.drop[data-over="true"]').count()).toBe(0);
  // The file's name is a start for the edition's.
  expect(await page.getByLabel("版本名称").inputValue()).toBe("qingcao");
  await page.getByLabel("版本名称").fill("later");
  await page.getByRole("button", { name: "上传并检查" }).click();
  await page.locator(".desk .report .sound, .desk .report .problem").first().waitFor();

  await page.getByRole("button", { name: "发布…" }).click();
  const dialog = page.locator("dialog");
  await dialog.getByLabel("从指定时间起").check();
  await dialog.locator("input[name=from]").fill("2020-01-01T08:00");
  await dialog.getByRole("button", { name: "定时发布" }).click();
  await expect.poll(() => dialog.locator(".when .wrong").textContent()).toContain("将来的时间");
  await accessible(page);
  const year = new Date().getFullYear() + 1;
  await dialog.locator("input[name=from]").fill(`${year}-01-01T08:00`);
  await dialog.getByRole("button", { name: "定时发布" }).click();
  await expect.poll(() => page.locator(".desk .outcome").first().textContent()).toContain(`later 将于 ${year}年1月1日`);
  await expect.poll(() => page.locator(".desk header .standing").textContent()).toBe("待生效");
  const found = await editions();
  expect(found.find(({ in_force }) => in_force)?.name).toBe("demo");
  const from = found.find(({ name }) => name === "later")?.publications[0]?.in_force_from;
  const chosen = await page.evaluate((time) => new Date(time).getTime(), `${year}-01-01T08:00`);
  expect(new Date(from ?? "").getTime()).toBe(chosen);

  // Somebody thinks better of it.
  await page.getByRole("button", { name: "撤回定时发布…" }).click();
  expect(await dialog.textContent()).toContain("demo");
  await accessible(page);
  await dialog.getByRole("button", { name: "撤回", exact: true }).click();
  await expect.poll(() => page.locator(".desk .outcome").first().textContent()).toContain("later 不再定时生效");
  expect(await page.locator(".desk header .standing").textContent()).toBe("已撤回");
  expect((await editions()).find(({ in_force }) => in_force)?.name).toBe("demo");
});

/** A slow machine needs its time to read the file. */
const PATIENCE_MS = 150_000;
/** A cancelled job hears of it at once, and the page asks every 0.4 s; both may have to wait for a processor. */
const AT_ONCE_MS = 15_000;

/** Writes a town that this machine is at work on for about so long, as far as that can be told from a small one. */
async function writeTown(path: string, { seconds }: { seconds: number }): Promise<void> {
  const [small, least, most] = [3_000, 12_000, 80_000];
  await town.run("generate", "--grids", String(small), "-o", path);
  const begun = Date.now();
  await town.run("check", path);
  const grids = (small * seconds * 1_000) / (Date.now() - begun);
  await town.run("generate", "--grids", String(Math.round(Math.min(most, Math.max(least, grids)))), "-o", path);
}

test("a job that is ended while it works leaves nothing behind", { timeout: 2 * PATIENCE_MS }, async () => {
  await signIn();
  const folder = join(shapefile.files[0] ?? "", "..");
  const large = join(folder, "large.geojsonl");
  await writeTown(large, { seconds: 12 });
  await page.getByRole("button", { name: "上传边界" }).click();
  await page.locator(".drop input").setInputFiles(large);
  await page.getByLabel("版本名称").fill("large");
  await page.getByLabel("读入时修复").check();
  await page.getByRole("button", { name: "上传并检查" }).click();
  const working = page.locator('.work[data-work="running"]');
  await working.waitFor();
  // It moves on while it checks, not only from one stage to the next.
  const shares: number[] = [];
  const moves = async (): Promise<number> => {
    const { text, share } = await working.evaluate((work) => ({
      text: work.textContent ?? "",
      share: work.querySelector("progress")?.value ?? 0,
    }));
    if (/正在检查.* \d+%/.test(text) && share !== shares.at(-1)) shares.push(share);
    return shares.length - 1;
  };
  await expect.poll(moves, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(3);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  await accessible(page);
  const asked = Date.now();
  await working.getByRole("button", { name: "取消" }).click();
  await expect
    .poll(() => page.locator(".desk p.outcome").allTextContents(), { timeout: PATIENCE_MS })
    .toContain("已取消，什么都没有留下");
  expect(Date.now() - asked).toBeLessThan(AT_ONCE_MS);
  expect((await editions()).map(({ name }) => name)).not.toContain("large");
  // The form is there for another try, as it was filled in.
  expect(await page.getByLabel("版本名称").inputValue()).toBe("large");
  expect(await page.locator(".files li").count()).toBe(1);
});

test("a key that is revoked in the middle of the work is asked for, and the work goes on", async () => {
  const other = await adminKey(town);
  await signIn(other);
  await page.getByRole("button", { name: "上传边界" }).click();
  await page.locator(".drop input").setInputFiles(shapefile.files);
  await page.getByLabel("版本名称").fill("revoked");
  await town.run("key", "revoke", other.split("_")[1] ?? "");
  await page.getByRole("button", { name: "上传并检查" }).click();
  await expect.poll(() => page.locator("#key-refused").textContent()).toContain("已被撤销");
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect((await editions()).map(({ name }) => name)).not.toContain("revoked");
  await accessible(page);
  // The browser notes the answer that said no; it was asked for.
  await refused(opened, 401);
  await signIn();
  expect(await page.locator(".files li").count()).toBe(shapefile.files.length);
  await page.getByRole("button", { name: "上传并检查" }).click();
  await page.locator('.desk[data-page="edition"] .report .problem').first().waitFor();
  expect((await editions()).map(({ name }) => name)).toContain("revoked");
});
