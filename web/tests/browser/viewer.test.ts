// The map page in a real browser, on the real service with the demo town.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { FoundGrid } from "../../src/api/types.ts";
import { parseLink } from "../../src/lib/link.ts";
import { forgive, mapRests } from "./chromium.mjs";
import { accessible, expected, fitsWidth, fromApi, shown } from "./expect.ts";
import { serve } from "./gridward.mjs";
import { demoTown, type Opening } from "./town.ts";

const town = demoTown();

async function visit(path: string, opening?: Opening): Promise<Page> {
  const { page } = await town.open(path, opening);
  await mapRests(page);
  return page;
}

const panel = '.panel[data-state="answered"]';

/** The panel shows what the API says of the place in the address. */
async function agrees(page: Page) {
  await page.locator(panel).waitFor();
  const at = parseLink(new URL(page.url()).hash)?.place;
  expect(at).toBeDefined();
  const answer = await fromApi(town.url, { lon: at?.lon ?? 0, lat: at?.lat ?? 0 });
  expect(await shown(page, panel)).toEqual(expected(answer));
  return answer;
}

describe("a click", () => {
  test("shows what the API says of that point, wherever it is", async () => {
    const page = await visit("/");
    let inside = 0;
    for (const [x, y] of [
      [860, 400],
      [760, 300],
      [900, 520],
      [820, 610],
      [1270, 20],
    ] as const) {
      await page.mouse.click(x, y);
      await expect.poll(() => page.locator(panel).count()).toBe(1);
      const answer = await agrees(page);
      inside += answer.grids.length === 3 ? 1 : 0;
      if (answer.grids.length === 3) {
        const metres = Number(await page.locator(`${panel} .border-distance`).getAttribute("data-metres"));
        expect(metres).toBe(answer.border_distance_m);
        expect(answer.responsible?.leader?.phone ?? "").not.toMatch(/\d{8}/);
      }
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator(".panel").count()).toBe(0);
    }
    expect(inside).toBeGreaterThanOrEqual(3);
  });

  test("outside every grid names the nearest", async () => {
    const page = await visit("/#at=116.5,30.5&z=9");
    const answer = await agrees(page);
    expect(answer.grids).toEqual([]);
    expect(await page.locator(`${panel} .nearest`).textContent()).toContain(answer.nearest?.name);
  });

  test("leaves a link that shows the same to whoever opens it", async () => {
    const page = await visit("/");
    await page.mouse.click(860, 400);
    await agrees(page);
    const before = await shown(page, panel);
    const link = page.url();
    await page.context().close();
    const other = await visit(link.slice(town.url.length));
    await agrees(other);
    expect(await shown(other, panel)).toEqual(before);
    expect(new URL(other.url()).hash).toContain(new URL(link).hash.split("&")[0]);
  });
});

test("the search finds a grid and goes there", async () => {
  const page = await visit("/");
  const response = await fetch(`${town.url}/v1/grids?q=${encodeURIComponent("乔庄")}&limit=12&f=json`);
  const [first] = ((await response.json()) as { grids: FoundGrid[] }).grids;
  await page.getByRole("combobox").fill("乔庄");
  await page.getByRole("option").first().waitFor();
  expect(await page.getByRole("option").first().locator("code").textContent()).toBe(first?.code);
  await page.keyboard.press("Enter");
  const answer = await agrees(page);
  expect(answer.grids.map((grid) => grid.code)).toContain(first?.code);
});

test("everything can be done by keyboard", async () => {
  const page = await visit("/");
  const focused = () => page.evaluate(() => document.activeElement?.className ?? "");
  for (let presses = 0; presses < 12 && !(await focused()).includes("maplibregl-canvas"); presses++) {
    await page.keyboard.press("Tab");
  }
  expect(await focused()).toContain("maplibregl-canvas");
  await expect.poll(() => page.locator(".crosshair").isVisible()).toBe(true);
  await page.keyboard.press("Enter");
  const first = await agrees(page);
  await page.keyboard.press("ArrowRight");
  await mapRests(page);
  await page.keyboard.press("Enter");
  const asked = () => parseLink(new URL(page.url()).hash)?.place?.lon;
  await expect.poll(asked).toBeGreaterThan(first.query.lon);
  await expect.poll(() => page.locator(panel).count()).toBe(1);
  const second = await agrees(page);
  expect(second.query.lon).toBeGreaterThan(first.query.lon);
  const said = () => page.locator(".announcement").textContent();
  await expect.poll(said).toContain(second.responsible?.party_group ?? "—");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".panel").count()).toBe(0);
  await expect.poll(focused).toContain("maplibregl-canvas");
});

test("one tier can be shown alone", async () => {
  const page = await visit("/");
  // The map alone: the switch looks different in any case.
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const map = () => page.screenshot({ clip: { x: width / 2, y: 100, width: width / 3, height: height / 2 } });
  const all = await map();
  await page.getByRole("radio", { name: "一级" }).check({ force: true });
  await expect.poll(async () => (await map()).equals(all)).toBe(false);
});

test("English is remembered", async () => {
  const page = await visit("/");
  expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
  await page.getByRole("button", { name: "Switch to English" }).click();
  await page.reload();
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("en");
  await mapRests(page);
  expect(await page.getByRole("radio", { name: "Tier 1" }).count()).toBe(1);
});

describe.each([
  { width: 1280, height: 800, language: "zh" as const, theme: "light" as const },
  { width: 1280, height: 800, language: "en" as const, theme: "dark" as const },
  { width: 360, height: 740, language: "zh" as const, theme: "dark" as const },
  { width: 360, height: 740, language: "en" as const, theme: "light" as const },
])("at $width px, $language, $theme", (opening) => {
  test("it fits, can be read by everyone, and the pin stays in sight", async () => {
    const page = await visit("/", opening);
    await accessible(page);
    await page.mouse.click(opening.width * 0.6, opening.height * 0.5);
    await agrees(page);
    await mapRests(page);
    await fitsWidth(page);
    await accessible(page);
    const [pin, sheet] = [await page.locator(".pin").boundingBox(), await page.locator(".panel").boundingBox()];
    if (!pin || !sheet) throw new Error("no pin or no panel");
    const [x, y] = [pin.x + pin.width / 2, pin.y + pin.height];
    const covered = x > sheet.x && x < sheet.x + sheet.width && y > sheet.y && y < sheet.y + sheet.height;
    expect(covered).toBe(false);
  });
});

test("an empty store says how to fill it", async () => {
  const nothing = await serve({ demo: false });
  try {
    const opened = await town.open(nothing.url);
    const { page } = opened;
    await page.getByRole("heading", { name: "地图上还没有网格" }).waitFor();
    expect(await page.locator(".empty pre").allTextContents()).toContain("gridward serve --demo");
    await accessible(page);
    // The browser itself notes the refused TileJSON; that is the answer the page stands on.
    await forgive(opened, "the server responded with a status");
  } finally {
    await nothing.stop();
  }
});
