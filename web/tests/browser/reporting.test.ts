// Reports on the phone in a real browser, on the real service with the demo town: in three taps, without a network, and
// with photos.
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { ReportDetail } from "../../src/api/types.ts";
import { accessible, fitsWidth, fromApi, largeEnough } from "./expect.ts";
import { adminKey } from "./gridward.mjs";
import { insideOf, jpegWithPlace } from "./photo.mjs";
import { demoTown, type Opening, PHONE } from "./town.ts";

const town = demoTown();
let admin: string;

const here = { longitude: 116.9, latitude: 30.8, accuracy: 5.25 };

beforeAll(async () => {
  admin = await adminKey(town);
});

async function visit(opening: Opening = {}, path = "/m"): Promise<Page> {
  return (await town.open(path, { ...PHONE, position: here, ...opening })).page;
}

/** The network is taken away, which Chromium says in the console. */
const expectSilence = () => town.overlook("Failed to load resource");

/** All reports whose description has a word. */
async function kept(word: string): Promise<ReportDetail[]> {
  const query = new URLSearchParams({ q: word, limit: "500" });
  return (await town.api<{ reports: ReportDetail[] }>(`/v1/reports?${query}`, admin)).reports;
}

async function begin(page: Page): Promise<void> {
  await page.locator('.result[data-state="answered"]').waitFor();
  await page.getByRole("button", { name: "在此上报" }).click();
}

async function describeIt(page: Page, text: string): Promise<void> {
  await page.locator(".more summary").click();
  await page.getByLabel("情况说明").fill(text);
}

const pick = (page: Page, category: string) => page.locator(".categories label", { hasText: category }).click();
const send = (page: Page) => page.locator(".send button").click();
const arrived = (page: Page) => page.locator(".report-card[data-id]").first();

/** A way of one's own to the report, read from the card. */
const idOf = async (page: Page): Promise<string> => (await arrived(page).getAttribute("data-id")) ?? "";

/** The first photo of the first draft, read from the browser's database. */
async function waitingPhoto(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(
    () =>
      new Promise<number[]>((done, failed) => {
        const opening = indexedDB.open("gridward");
        opening.onerror = () => failed(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("drafts").objectStore("drafts").getAll();
          all.onsuccess = () => done([...new Uint8Array(all.result[0].pictures[0].bytes)]);
        };
      }),
  );
  return Buffer.from(bytes);
}

describe("reporting", () => {
  test("three taps send a report with the place as it was found, and say who has it", async () => {
    const page = await visit();
    await page.locator('.result[data-state="answered"]').waitFor();
    // One, two, three.
    await page.getByRole("button", { name: "在此上报" }).click();
    await pick(page, "环境卫生");
    await page.getByRole("button", { name: "发送：环境卫生" }).click();
    await arrived(page).waitFor();

    const stored = await town.api<ReportDetail>(`/v1/reports/${await idOf(page)}`, admin);
    expect(stored).toMatchObject({ category: "sanitation", status: "reported", description: "环境卫生（手机上报）" });
    expect(stored.assignment.given).toMatchObject({
      lon: 116.9,
      lat: 30.8,
      crs: "wgs84",
      accuracy_m: 5.25,
      source: "device",
    });
    const shown = (await arrived(page).textContent()) ?? "";
    const { party_group, leader } = stored.assignment;
    expect(shown).toContain(party_group);
    expect(shown).toContain(leader?.name);
    expect(shown).toMatch(/\d{3}\*{4}\d{4}/);
    expect(shown).not.toContain(leader?.phone);
    await expect.poll(() => page.locator(".arrival").textContent()).toContain(party_group);
    await accessible(page);
    await fitsWidth(page);
  });

  test("a fire is told as with the town, with who is called there, at once and later", async () => {
    const page = await visit();
    await begin(page);
    await pick(page, "消防");
    await send(page);
    await arrived(page).waitFor();
    await expect.poll(() => page.locator(".arrival").textContent()).toBe("上报已送达：镇级网格办");
    const stored = await town.api<ReportDetail>(`/v1/reports/${await idOf(page)}`, admin);
    expect(stored.holder).toMatchObject({ level: "town", grid: null });
    await expect.poll(() => arrived(page).locator(".holder").textContent()).toBe("镇级网格办");
    expect(await arrived(page).locator(".leader-name").textContent()).toContain(stored.holder?.leader?.name);
    await page.reload();
    await expect.poll(() => arrived(page).locator(".holder").textContent()).toBe("镇级网格办");
  });

  test("its link shows it on another phone, and nothing without the token", async () => {
    const page = await visit();
    await begin(page);
    await pick(page, "公共设施");
    await send(page);
    await arrived(page).waitFor();
    const id = await idOf(page);
    const link = (await page.locator(".follow a").getAttribute("href")) ?? "";
    expect(link).toContain(`#follow=${id}.`);
    await town.api(`/v1/reports/${id}/accept`, admin, { note: "马上去看" });
    const other = await visit({}, new URL(link).pathname + new URL(link).hash);
    await expect.poll(() => arrived(other).textContent()).toContain("马上去看");
    expect(await other.locator(".report-card .chip").textContent()).toBe("办理中");
    await expect.poll(() => other.url()).not.toContain("follow");
    // It is there after a reload too, and on the phone it came from.
    await other.reload();
    await expect.poll(() => idOf(other)).toBe(id);
    await page.reload();
    await expect.poll(() => arrived(page).textContent()).toContain("马上去看");
  });

  test("near a border the candidates stand beside the choice", async () => {
    let lon = 116.88;
    for (let found = 0; found < 2; lon = Number((lon + 0.0002).toFixed(7))) {
      found = (await fromApi(town.url, { lon, lat: 30.8, accuracy: 60 })).candidates?.length ?? 0;
    }
    lon = Number((lon - 0.0002).toFixed(7));
    const page = await visit({ position: { longitude: lon, latitude: 30.8, accuracy: 60 } });
    await begin(page);
    await page.locator(".report-form .unsure li").nth(1).waitFor();
    await accessible(page);
    await pick(page, "其他");
    await send(page);
    await arrived(page).waitFor();
    expect((await town.api<ReportDetail>(`/v1/reports/${await idOf(page)}`, admin)).assignment.ambiguous).toBe(true);
  });

  test("it works by keyboard alone", async () => {
    const page = await visit({ language: "en" });
    await page.locator('.result[data-state="answered"]').waitFor();
    await page.getByRole("button", { name: "Report here" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Report here");
    await page.locator(".categories input").first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    const chosen = page.locator(".categories input:checked");
    await expect.poll(() => chosen.getAttribute("value")).toBe("public_security");
    await page.locator(".send button").focus();
    await page.keyboard.press("Enter");
    await arrived(page).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("My reports");
  });

  test.each([
    { width: 390, height: 844 },
    { width: 360, height: 740 },
  ])("the way to a photo is on the first screen of $width × $height", async (opening) => {
    const page = await visit(opening);
    await begin(page);
    await page.locator(".categories label").first().waitFor();
    const tabs = (await page.locator(".tabs").boundingBox())?.y ?? 0;
    for (const name of [".send .choose", ".send button"]) {
      const box = await page.locator(name).boundingBox();
      expect((box?.y ?? tabs) + (box?.height ?? 0), name).toBeLessThanOrEqual(tabs);
    }
    // All that it may be about is there too, without scrolling, on the larger one.
    const last = await page.locator(".categories label").last().boundingBox();
    const send = (await page.locator(".send").boundingBox())?.y ?? 0;
    if (opening.width === 390) expect((last?.y ?? send) + (last?.height ?? 0)).toBeLessThanOrEqual(send);
    const photo = await jpegWithPlace(page, { width: 400, height: 300, orientation: 1 });
    await page.locator(".send input").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: photo });
    await expect.poll(() => page.locator(".send .count").textContent()).toBe("1");
  });

  test("a link that was cut says that there is no such report", async () => {
    const page = await visit({}, "/m#follow=garbage.zzz");
    await expect.poll(() => page.locator('.mine [role="alert"]').textContent()).toContain("没有这件上报");
    await page.getByRole("button", { name: "我在哪" }).click();
    await page.getByRole("button", { name: "我的上报" }).click();
    expect(await page.locator('.mine [role="alert"]').count()).toBe(0);
  });

  test.each(["light", "dark"] as const)("every target is 48 px or more and all can read it (%s)", async (theme) => {
    const page = await visit({ theme });
    await begin(page);
    await page.locator(".categories label").first().waitFor();
    await page.locator(".more summary").click();
    await pick(page, "消防");
    await largeEnough(page, "button, a, input, select, textarea, summary", { height: 48 });
    await accessible(page);
    await fitsWidth(page);
  });
});

describe("without a network", () => {
  test("a report is kept, sent when the network is back, and is there once", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    // One that has arrived before, to be asked about without a network.
    await pick(page, "其他");
    await send(page);
    await arrived(page).waitFor();
    await page.getByRole("button", { name: "我在哪" }).click();
    await begin(page);
    await pick(page, "防汛");
    await describeIt(page, "断网时的积水");
    await page.context().setOffline(true);
    await send(page);
    const draft = page.locator(".draft");
    await expect.poll(() => draft.getAttribute("data-state")).toBe("waiting");
    await expect.poll(() => page.locator(".tabs .badge").textContent()).toBe("1");
    await page.locator(".note-stale").waitFor();
    await expect.poll(() => page.locator(".arrival").textContent()).toBe("上报已保存在本机");
    await accessible(page);
    await page.waitForTimeout(3_000);
    expect(await kept("断网时的积水")).toEqual([]);
    await page.context().setOffline(false);
    await draft.waitFor({ state: "detached" });
    await expect.poll(() => page.locator(".arrival").textContent()).toContain("上报已送达");
    // Sooner than the page would ask by itself.
    await expect.poll(() => page.locator(".note-stale").count(), { timeout: 3_000 }).toBe(0);
    const [report, ...others] = await kept("断网时的积水");
    expect(others).toEqual([]);
    // It says when it was written, not only when it came.
    expect(report?.occurred_at && report.occurred_at < report.created_at).toBe(true);
  });

  test("a draft outlives the page, and an answer that was lost doubles nothing", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    await pick(page, "矛盾纠纷");
    await describeIt(page, "回执丢失的纠纷");
    let lost = 0;
    await page.route("**/v1/reports", async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      // The service takes the report; the phone never hears of it.
      await route.fetch();
      lost++;
      await route.abort();
    });
    await send(page);
    await expect.poll(() => lost).toBeGreaterThan(0);
    expect(await kept("回执丢失的纠纷")).toHaveLength(1);
    await page.reload();
    await page.getByRole("button", { name: /我的上报/ }).click();
    await page.locator(".draft").waitFor();
    await expect.poll(() => lost).toBeGreaterThan(1);
    await page.unroute("**/v1/reports");
    await arrived(page).waitFor();
    await page.locator(".draft").waitFor({ state: "detached" });
    const all = await kept("回执丢失的纠纷");
    expect(all.map(({ id }) => id)).toEqual([await idOf(page)]);
  });

  test("two tabs send a draft once", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    await pick(page, "其他");
    await describeIt(page, "两个标签页");
    await page.context().setOffline(true);
    await send(page);
    await page.locator(".draft").waitFor();
    await page.context().setOffline(false);
    const second = await page.context().newPage();
    await second.goto(`${town.url}/m#mine`);
    await arrived(second).waitFor();
    await arrived(page).waitFor();
    expect(await kept("两个标签页")).toHaveLength(1);
  });

  test("a tab shows what another one sent meanwhile", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    await pick(page, "其他");
    await describeIt(page, "另一个标签页送出的");
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    await page.route("**/v1/reports", async (route) => {
      await released;
      await route.continue();
    });
    await send(page);
    const second = await page.context().newPage();
    await second.goto(`${town.url}/m#mine`);
    await second.locator(".draft").waitFor();
    release();
    await arrived(page).waitFor();
    await arrived(second).waitFor();
    await second.locator(".draft").waitFor({ state: "detached" });
    expect(await kept("另一个标签页送出的")).toHaveLength(1);
  });

  test("what is refused says why, and is not tried for ever", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    await page.route("**/v1/reports", (route) => {
      const body = JSON.stringify({ ...JSON.parse(route.request().postData() ?? "{}"), category: "nonsense" });
      return route.continue({ postData: body });
    });
    await pick(page, "其他");
    await send(page);
    const draft = page.locator('.draft[data-state="refused"]');
    await draft.waitFor();
    expect(await draft.textContent()).toContain("category");
    page.on("dialog", (dialog) => void dialog.accept());
    await draft.getByRole("button", { name: "删除" }).click();
    await draft.waitFor({ state: "detached" });
  });
});

describe("photos", () => {
  test("are sent small, upright and silent, and are shown", async () => {
    const page = await visit();
    await begin(page);
    await pick(page, "公共设施");
    const photo = await jpegWithPlace(page, { width: 3000, height: 1500, orientation: 6 });
    expect(insideOf(photo)).toMatchObject({ exif: true });
    await page.locator(".send input").setInputFiles({ name: "IMG.JPG", mimeType: "image/jpeg", buffer: photo });
    await page.locator(".photo-picker img").waitFor();
    await accessible(page);
    await send(page);
    // The form shows the photo too, before it is sent.
    await page.locator(".report-card .photo-strip img").waitFor();
    const id = await idOf(page);
    const { photos } = await town.api<{ photos: { picture: string; thumbnail: string }[] }>(
      `/v1/reports/${id}/photos`,
      admin,
    );
    expect(photos).toHaveLength(1);
    const bytes = async (path: string) => {
      const response = await fetch(town.url + path, { headers: { authorization: `Bearer ${admin}` } });
      return Buffer.from(await response.arrayBuffer());
    };
    expect(insideOf(await bytes(photos[0]?.picture ?? ""))).toEqual({ exif: false, width: 1024, height: 2048 });
    expect(insideOf(await bytes(photos[0]?.thumbnail ?? ""))).toEqual({ exif: false, width: 160, height: 320 });
    await page.locator(".photo-strip button").click();
    await page.locator("dialog.whole img").waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "关闭" }).click();
    await page.locator("dialog.whole").waitFor({ state: "detached" });
  });

  test("wait for the network with their report", async () => {
    expectSilence();
    const page = await visit();
    await begin(page);
    await pick(page, "环境卫生");
    await describeIt(page, "照片后到");
    const photo = await jpegWithPlace(page, { width: 3000, height: 1500, orientation: 8 });
    await page.locator(".send input").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: photo });
    await page.locator(".photo-picker img").waitFor();
    // The report arrives, the photo's way is cut.
    await page.route("**/photos?*", (route) => route.abort());
    await send(page);
    await expect.poll(() => page.locator(".draft").getAttribute("data-state")).toBe("photos");
    // What waits on the phone is small, upright and silent already.
    expect(insideOf(await waitingPhoto(page))).toEqual({ exif: false, width: 1024, height: 2048 });
    await page.reload();
    await page.unroute("**/photos?*");
    await page.getByRole("button", { name: /我的上报/ }).click();
    await page.locator(".draft").waitFor({ state: "detached" });
    const [report] = await kept("照片后到");
    const { photos } = await town.api<{ photos: unknown[] }>(`/v1/reports/${report?.id}/photos`, admin);
    expect(photos).toHaveLength(1);
  });

  test("of a kind that browsers cannot read are refused with advice", async () => {
    const page = await visit();
    await begin(page);
    const heic = { name: "IMG_0001.HEIC", mimeType: "image/heic", buffer: Buffer.from("\0\0\0\x18ftypheic") };
    await page.locator(".send input").setInputFiles(heic);
    await expect.poll(() => page.locator(".photo-picker .wrong").textContent()).toContain("JPEG");
    await accessible(page);
  });
});
