// Reports in the viewer, in real browsers on the real service: everything that the panel does beside the film (`film.test.ts`).
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { LocateAnswer, ReportDetail } from "../../src/api/types.ts";
import { mapRests } from "./chromium.mjs";
import { accessible, fitsWidth, fromApi, largeEnough } from "./expect.ts";
import { makeKey } from "./gridward.mjs";
import { demoTown, type Opening, refused } from "./town.ts";

/** Where things are reported, in the middle of a grid of the demo. */
const HERE = { lon: 116.9021, lat: 30.7893 };

const town = demoTown();
let grids: LocateAnswer["grids"];
let keys: Record<"leader" | "village" | "office" | "elsewhere" | "viewer", string>;

beforeAll(async () => {
  grids = (await fromApi(town.url, HERE)).grids;
  const [village, , smallest] = grids.map(({ code }) => code);
  if (!village || !smallest) throw new Error("the place has to lie in a grid of each tier");
  const other = village === "340881106219" ? "340881106218" : "340881106219";
  keys = {
    leader: await makeKey(town, "leader", { grid: smallest, name: "组长甲" }),
    village: await makeKey(town, "leader", { grid: village, name: "村干部乙" }),
    elsewhere: await makeKey(town, "leader", { grid: other, name: "别村丙" }),
    office: await makeKey(town, "dispatcher", { name: "网格办丁" }),
    viewer: await makeKey(town, "viewer", { name: "访客" }),
  };
});

async function visit(path: string, opening?: Opening): Promise<Page> {
  const { page } = await town.open(path, opening);
  await page.locator(".maplibregl-canvas").waitFor();
  return page;
}

/** The panel, with the list of whoever has the key. */
async function atWork(key: string, path = "/", opening?: Opening): Promise<Page> {
  const page = await visit(path, opening);
  if (path === "/") await page.locator(".open-reports").click();
  await page.locator(".reports .sign-in input").fill(key);
  await page.keyboard.press("Enter");
  await page
    .locator(path === "/" ? '.reports [role="status"], .reports .nothing' : ".report-page")
    .first()
    .waitFor();
  return page;
}

function post(part: Record<string, unknown> = {}): Promise<ReportDetail> {
  const body = { category: "sanitation", description: "路边垃圾未清运", ...HERE, ...part };
  return town.api("/v1/reports", null, body);
}

const row = (page: Page, id: string) => page.locator(`.row[data-report="${id}"]`);
describe("somebody without a key", () => {
  test("reports at a place with the right button, and follows it by its link", async () => {
    const page = await visit("/");
    await mapRests(page);
    await page.mouse.click(860, 400, { button: "right" });
    await page.locator(".new-report .place:not(.missing)").waitFor();
    await page.locator("select[name=category]").selectOption("fire");
    // Fire goes to the town at once, and nobody learns a number.
    await expect.poll(() => page.locator(".goes-to").textContent()).toContain("镇级网格办");
    expect(await page.locator(".goes-to").textContent()).not.toMatch(/\d{8}/);
    await page.locator("textarea[name=description]").fill("山脚冒烟");
    await page.locator('.new-report button[type="submit"]').click();
    await page.locator(".sent").waitFor();
    const id = await page.locator(".sent").getAttribute("data-report");
    const link = await page.locator(".sent .note code").textContent();
    await accessible(page);
    await page.getByRole("button", { name: "查看进展" }).click();
    await page.locator(".report-page").waitFor();
    await expect.poll(() => page.url()).toBe(link);
    expect(await page.locator(".actions").count()).toBe(0);

    const again = await visit(new URL(link ?? "").hash && `/${new URL(link ?? "").hash}`);
    await again.locator(".report-page").waitFor();
    expect(await again.locator(".report-page").getAttribute("data-report")).toBe(id);
    expect(await again.locator(".sign-in").count()).toBe(0);
    // Without the token there is nothing to see but the way in.
    const other = await visit(`/#report=${id}`);
    await other.locator(".sign-in").waitFor();
    expect(await other.locator(".report-page").count()).toBe(0);
  });

  test("reports at the place that was asked about, and moves it", async () => {
    const page = await visit(`/#at=${HERE.lon},${HERE.lat}&z=13`);
    await mapRests(page);
    await page.getByRole("button", { name: "在此上报" }).click();
    const place = page.locator(".new-report .place p");
    await expect.poll(() => place.textContent()).toContain("116.902100, 30.789300");
    await page.mouse.click(1000, 300);
    await expect.poll(() => place.textContent()).not.toContain("116.902100");
    await page.getByRole("button", { name: "返回列表" }).click();
    await page.locator('.reports[data-page="list"]').waitFor();
  });

  test("with a wrong key, or one that may not read reports, is told so", async () => {
    const page = await visit("/");
    await page.locator(".open-reports").click();
    for (const [key, status, says] of [
      ["gw_wrong", 401, "这个密钥不对"],
      [keys.viewer, 403, "没有查看上报事件的权限"],
    ] as const) {
      await page.locator(".sign-in input").fill(key);
      await page.keyboard.press("Enter");
      await expect.poll(() => page.locator(".sign-in .wrong").textContent()).toContain(says);
      await refused(town.opened(page), status);
    }
  });
});

describe("the list and the map", () => {
  let marked: ReportDetail;

  beforeAll(async () => {
    const categories = ["sanitation", "dispute", "flood", "services"];
    for (let at = 0; at < 44; at++) {
      const [lon, lat] = [HERE.lon + ((at % 9) - 4) * 0.004, HERE.lat + (Math.floor(at / 9) - 2) * 0.004];
      await post({ category: categories[at % 4], description: `第 ${at} 件`, lon, lat });
    }
    marked = await post({ description: "唯一的井盖丢失", category: "other", lon: 116.87, lat: 30.83 });
  });

  test("show what the service has for each filter", async () => {
    const page = await atWork(keys.office);
    const [village] = grids;
    const agrees = async (query: string) => {
      const expected = await town.api<{ reports: ReportDetail[] }>(`/v1/reports?limit=500&${query}`, keys.office);
      await expect.poll(() => page.locator(".counted").textContent()).toBe(`${expected.reports.length} 件`);
      const ids = expected.reports.slice(0, 20).map(({ id }) => id);
      // The count may be the same as before: the rows follow it.
      await expect
        .poll(() => page.locator(".row").evaluateAll((all) => all.map((one) => one.dataset.report)))
        .toEqual(ids);
      return expected.reports.length;
    };
    const all = await agrees("status=reported,accepted,resolved");
    expect(all).toBeGreaterThan(40);
    await page.locator(".turn .forth").click();
    await expect.poll(() => page.locator(".row").count()).toBe(Math.min(20, all - 20));
    await page.getByRole("button", { name: "待核实", exact: true }).click();
    await agrees("status=reported,accepted");
    await page.locator(".filters summary").click();
    await page.getByRole("combobox", { name: "类别" }).selectOption("flood");
    expect(await agrees("status=reported,accepted&category=flood")).toBe(11);
    await page.getByLabel("网格", { exact: true }).fill(village?.name ?? "");
    await page.locator(".grid-search li button").first().click();
    await agrees(`status=reported,accepted&category=flood&grid=${village?.code}`);
    await page.getByRole("button", { name: "村居", exact: true }).click();
    await expect.poll(() => page.locator(".nothing").count()).toBe(1);
    await page.getByRole("button", { name: "恢复默认" }).click();
    await agrees("status=reported,accepted,resolved");
    await page.getByLabel("只看超期").check();
    await expect.poll(() => page.locator(".nothing").count()).toBe(1);
    await page.getByLabel("只看超期").uncheck();
    await page.getByPlaceholder("搜索编号或内容").fill("井盖");
    expect(await agrees("status=reported,accepted,resolved&q=井盖")).toBe(1);
    await accessible(page);
  });

  test("lead to each other", async () => {
    const page = await atWork(keys.office);
    await page.getByPlaceholder("搜索编号或内容").fill("井盖");
    await expect.poll(() => page.locator(".row").count()).toBe(1);
    await row(page, marked.id).hover();
    await expect.poll(() => row(page, marked.id).getAttribute("class")).toContain("lit");
    await row(page, marked.id).click();
    await page.locator(".report-page").waitFor();
    await page.getByRole("button", { name: "返回列表" }).click();
    await row(page, marked.id).waitFor();
    await mapRests(page);
    // The map has flown to it: it lies in the middle of what the panel leaves free.
    const free = await page
      .locator(".panel")
      .evaluate((panel) => (panel.getBoundingClientRect().right + innerWidth) / 2);
    // Again and again, a little to and fro: only a move over a mark that is drawn lights its row.
    let moved = 0;
    const lit = async () => {
      moved += 1;
      await page.mouse.move(free + (moved % 2), 400);
      return row(page, marked.id).getAttribute("class");
    };
    await expect.poll(lit).toContain("lit");
    await page.mouse.click(free, 400);
    await page.locator(`.report-page[data-report="${marked.id}"]`).waitFor();
  });

  test("go on without a stream of events", async () => {
    town.overlook("ERR_FAILED");
    const { page, context } = await town.open("/");
    await context.route("**/v1/events*", (route) => route.abort());
    await page.locator(".open-reports").click();
    await page.locator(".sign-in input").fill(keys.leader);
    await page.keyboard.press("Enter");
    await page.locator(".row").first().waitFor();
    expect(await page.locator(".foot [data-live]").getAttribute("data-live")).toBe("asking");
    const { id } = await post({ description: "没有事件流也会出现" });
    await row(page, id).waitFor();
    await town.api(`/v1/reports/${id}/accept`, keys.leader, {});
    await expect.poll(() => row(page, id).getAttribute("data-status")).toBe("accepted");
  });
});

describe("a mark", () => {
  test("is on the map each time that the panel is opened", async () => {
    const there = { lon: 116.86, lat: 30.845 };
    const { id } = await post({ description: "单独的一件", ...there });
    for (let opening = 0; opening < 5; opening++) {
      const page = await visit(`/#at=${there.lon},${there.lat}&z=16`);
      await page.locator(".open-reports").click();
      await page.locator(".reports .sign-in input").fill(keys.office);
      await page.keyboard.press("Enter");
      await row(page, id).waitFor();
      // The middle of the map is the place in the address.
      await expect
        .poll(async () => {
          await page.mouse.move(660, 420);
          await page.mouse.move(640, 400);
          return row(page, id).getAttribute("class");
        })
        .toContain("lit");
      await page.context().close();
    }
  });

  test.each(["by its link", "out of the list"])("lies in sight above the sheet of a phone, %s", async (way) => {
    const { id } = await post({ description: `手机上看得见，${way}`, lon: 116.93, lat: 30.77 });
    const phone = { width: 390, height: 844 };
    const page = await atWork(keys.office, way === "by its link" ? `/#report=${id}` : "/", phone);
    if (way !== "by its link") await row(page, id).click();
    await page.locator(`.report-page[data-report="${id}"] .story`).waitFor();
    await mapRests(page);
    const [bar, sheet] = [await page.locator(".bar").boundingBox(), await page.locator(".reports").boundingBox()];
    const top = (bar?.y ?? 0) + (bar?.height ?? 0);
    const bottom = sheet?.y ?? phone.height;
    // Right in the middle of what is left free, in the colour of what waits.
    expect(await colourAt(page, phone.width / 2, (top + bottom) / 2)).toBe(await waiting(page));
  });
});

/** The colour of one point of the page, as `rgb(…)`. */
async function colourAt(page: Page, x: number, y: number): Promise<string> {
  const picture = await page.screenshot({ clip: { x: Math.round(x), y: Math.round(y), width: 1, height: 1 } });
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const paper = new OffscreenCanvas(1, 1).getContext("2d");
    paper?.drawImage(image, 0, 0);
    const [red, green, blue] = paper?.getImageData(0, 0, 1, 1).data ?? [];
    return `rgb(${red}, ${green}, ${blue})`;
  }, picture.toString("base64"));
}

/** The colour of a report that waits, as the style sheet has it. */
function waiting(page: Page): Promise<string> {
  return page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "var(--waiting)";
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });
}

test("whoever has a report now is told with it, not whoever passed it up", async () => {
  const { id } = await post({ description: "组里办不了的一件" });
  const page = await atWork(keys.leader, `/#report=${id}`);
  const before = await page.locator(".facts-list .leader-name").textContent();
  await page.locator('.actions [data-action="forward"]').click();
  await page.locator('dialog input[value="tier1"]').check();
  await page.locator('dialog button[type="submit"]').click();
  await expect.poll(() => page.locator(".facts-list .holder").textContent()).toContain(grids[0]?.name);
  const { holder, assignment } = await town.api<ReportDetail>(`/v1/reports/${id}`, keys.village);
  expect(holder?.grid?.code).toBe(grids[0]?.code);
  expect(holder?.leader?.name).not.toBe(assignment.leader?.name);
  const now = await page.locator(".facts-list .leader-name").textContent();
  expect(now).toContain(holder?.leader?.name);
  expect(now).not.toBe(before);
  // The party group that passed it up is in the story, and nowhere beside who has it now.
  expect(await page.locator(".facts-list .party-group").count()).toBe(holder?.party_group ? 1 : 0);
});

test("a link that was mistyped says that there is no such report", async () => {
  const page = await visit("/#report=garbage%00<b>");
  await expect.poll(() => page.locator('.reports [role="alert"]').textContent()).toContain("没有这件上报事件");
  expect(await page.locator(".sign-in").count()).toBe(0);
});

test("whoever is slower sees how it stands, and does not type the note again", async () => {
  const { id } = await post();
  const page = await atWork(keys.leader, `/#report=${id}`);
  // The other's step shows when this one is sent, or before: what counts is what was seen when the question was asked.
  let told = false;
  town.overlook("ERR_FAILED");
  await page.context().route(`**/v1/reports/${id}`, async (route) => {
    if (route.request().method() === "GET" && !told) await route.abort();
    else await route.continue();
  });
  await page.locator('.actions [data-action="forward"]').click();
  await page.locator("dialog textarea").fill("请村里处理");
  await town.api(`/v1/reports/${id}/accept`, keys.village, { note: "村里先接了" });
  told = true;
  await page.locator('dialog button[type="submit"]').click();
  await expect.poll(() => page.locator('.fault[role="alert"]').textContent()).toContain("刚刚有了新的进展");
  await expect.poll(() => page.locator(".story").textContent()).toContain("村里先接了");
  await page.locator('.actions [data-action="forward"]').click();
  expect(await page.locator("dialog textarea").inputValue()).toBe("请村里处理");
  await page.locator('dialog button[type="submit"]').click();
  await expect.poll(() => page.locator(".story").textContent()).toContain("请村里处理");
  await refused(town.opened(page), 412);
});

test("a report is reassigned to a grid that is pointed at, or found by name", async () => {
  const { id } = await post();
  const page = await atWork(keys.office, `/#report=${id}`);
  await mapRests(page);
  await page.locator('.actions [data-action="reassign"]').click();
  await page.mouse.click(1100, 250);
  const smallest = page.locator(".reassign input[name=grid]").first();
  await smallest.waitFor();
  const code = await smallest.inputValue();
  await page.locator(".reassign textarea").fill("不在那一格");
  await page.locator('.reassign button[type="submit"]').click();
  await expect.poll(() => page.locator(".reassign").count()).toBe(0);
  await expect.poll(() => page.locator('.step[data-action="reassign"]').count()).toBe(1);
  expect((await town.api<ReportDetail>(`/v1/reports/${id}`, keys.office)).assignment.grids.at(-1)?.code).toBe(code);
  await page.locator('.actions [data-action="reassign"]').click();
  await page.locator(".reassign .grid-search input").fill("乔庄村");
  await page.locator(".reassign .grid-search li button").first().click();
  await page.locator('.reassign input[value="340881106202"]').check();
  await page.locator('.reassign button[type="submit"]').click();
  await expect.poll(() => page.locator('.step[data-action="reassign"]').count()).toBe(2);
  expect((await town.api<ReportDetail>(`/v1/reports/${id}`, keys.office)).grid).toBe("340881106202");
});

test("somebody of another grid is told that it is not theirs", async () => {
  const { id } = await post();
  const page = await visit(`/#report=${id}`);
  await page.locator(".sign-in input").fill(keys.elsewhere);
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator('.fault[role="alert"]').textContent()).toContain("不归您的网格");
  await refused(town.opened(page), 404);
});

describe.each([
  { width: 390, height: 844, language: "zh" as const, theme: "dark" as const },
  { width: 360, height: 740, language: "en" as const, theme: "light" as const },
  { width: 1280, height: 800, language: "en" as const, theme: "dark" as const },
])("at $width px, $language, $theme", (opening) => {
  test("every page of the panel fits and can be read by everyone", async () => {
    const { id } = await post({ reporter: { name: "王某", phone: "13912345678" } });
    const page = await visit("/", opening);
    const looks = async () => {
      await fitsWidth(page);
      await accessible(page);
      const pressed = ".reports button, .reports select, .reports input:not([type=radio])";
      await largeEnough(page, pressed, { height: 32, width: 32 });
    };
    await page.locator(".open-reports").click();
    await page.locator(".sign-in").waitFor();
    await looks();
    await page.locator(".sign-in input").fill(keys.leader);
    await page.keyboard.press("Enter");
    await row(page, id).waitFor();
    await page.locator(".filters summary").click();
    await looks();
    await row(page, id).click();
    await page.locator(".report-page").waitFor();
    await page.locator(".why summary").click();
    await page.locator(".decision").first().waitFor();
    await looks();
    await page.locator('.actions [data-action="forward"]').click();
    await page.locator("dialog[open]").waitFor();
    await looks();
    await page.keyboard.press("Escape");
    await page.locator(".reports header button").first().click();
    await page.locator(".reports .button.wide").click();
    await page.locator(".new-report").waitFor();
    await looks();
  });
});
