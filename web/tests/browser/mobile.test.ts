// The phone's page in a real browser, on the real service with the demo town.
import { describe, expect, test } from "vitest";
import { percent } from "../../src/lib/measure.ts";
import { mapRests } from "./chromium.mjs";
import { accessible, expected, fitsWidth, fromApi, largeEnough, shown } from "./expect.ts";
import { demoTown, type Opened, type Opening, PHONE } from "./town.ts";

const town = demoTown();

function visit(opening: Opening = {}): Promise<Opened> {
  return town.open("/m", { ...PHONE, ...opening });
}

const result = '.result[data-state="answered"]';
const here = { longitude: 116.9, latitude: 30.8 };

/** A place where a circle of 60 m meets several grids, found by walking east. */
async function nearBorder() {
  for (let step = 0; step < 400; step++) {
    const lon = Number((116.88 + step * 0.0002).toFixed(7));
    const answer = await fromApi(town.url, { lon, lat: 30.8, accuracy: 60 });
    if ((answer.candidates?.length ?? 0) > 1) return { lon, answer };
  }
  throw new Error("no border within 7 km");
}

describe("with a position", () => {
  test("it says what the API says, without a press and without the map library", async () => {
    const { page, requests } = await visit({ position: { ...here, accuracy: 5 } });
    await page.locator(result).waitFor();
    const answer = await fromApi(town.url, { lon: here.longitude, lat: here.latitude, accuracy: 5 });
    expect(answer.grids).toHaveLength(3);
    expect(await shown(page, result)).toEqual(expected(answer));
    // The number is masked for the public: text to read, nothing to dial.
    expect(await page.locator('a[href^="tel:"]').count()).toBe(0);
    expect(requests.filter((url) => /worker|\/tiles\/|style\.json/.test(url))).toEqual([]);
    const bytes = await page.evaluate(() =>
      performance.getEntriesByType("resource").reduce((sum, entry) => {
        return sum + (entry as PerformanceResourceTiming).decodedBodySize;
      }, 0),
    );
    expect(bytes).toBeLessThan(120_000);
  });

  test("it is unsure where the circle meets several grids, and names them with their shares", async () => {
    const { lon, answer } = await nearBorder();
    const { page } = await visit({ position: { longitude: lon, latitude: 30.8, accuracy: 60 } });
    await page.locator(`${result}[data-unsure="true"]`).waitFor();
    const candidates = (answer.candidates ?? []).slice(0, 5);
    const listed = await page.locator(".unsure li[data-code]:not([data-code=''])").evaluateAll((all) =>
      all.map((one) => ({
        code: one.getAttribute("data-code"),
        share: one.querySelector(".percent")?.textContent,
      })),
    );
    expect(listed).toEqual(candidates.map(({ code, share }) => ({ code, share: percent(share) })));
    await accessible(page);
    await fitsWidth(page);
  });

  test("it can ask again", async () => {
    const { page } = await visit({ position: { ...here, accuracy: 5 } });
    await page.locator(result).waitFor();
    await page.context().setGeolocation({ longitude: 116.91, latitude: 30.81, accuracy: 5 });
    await page.getByRole("button", { name: "重新定位" }).click();
    const answer = await fromApi(town.url, { lon: 116.91, lat: 30.81, accuracy: 5 });
    await expect.poll(() => shown(page, result)).toEqual(expected(answer));
  });
});

describe("without a position", () => {
  test("a refusal is said clearly, and a tap on the map answers instead", async () => {
    const { page } = await visit();
    await page.locator('.failure[data-why="refused"]').waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "在地图上点选" }).click();
    await mapRests(page);
    const asked = page.waitForRequest((request) => request.url().includes("/v1/locate"));
    await page.locator(".small-map canvas").click();
    const url = new URL((await asked).url());
    await page.locator(result).waitFor();
    const answer = await fromApi(town.url, Object.fromEntries(url.searchParams));
    expect(answer.grids).toHaveLength(3);
    expect(await shown(page, result)).toEqual(expected(answer));
  });

  test("typed coordinates of another map service are read in its system", async () => {
    const { page } = await visit({ language: "en" });
    await page.getByRole("button", { name: "Type coordinates" }).click();
    await page.getByLabel("Longitude, latitude").fill("nowhere");
    await page.keyboard.press("Enter");
    await page.locator("#coordinates-wrong").waitFor();
    await page.getByLabel("Longitude, latitude").fill("116.9050, 30.7975");
    await page.getByLabel("Taken from").selectOption("gcj02");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.locator(result).waitFor();
    const answer = await fromApi(town.url, { lon: 116.905, lat: 30.7975, crs: "gcj02" });
    expect(await shown(page, result)).toEqual(expected(answer));
    await accessible(page);
  });

  test("an insecure address is named as the cause", async () => {
    const { page } = await town.open(`http://town.test:${town.port}/m`, PHONE);
    await page.locator('.failure[data-why="insecure"]').waitFor();
    expect(await page.getByRole("button", { name: "输入坐标" }).isVisible()).toBe(true);
  });
});

test.each(["light", "dark"] as const)(
  "every target is 48 px or more, nothing is cut, all can read it (%s)",
  async (theme) => {
    const { page } = await visit({ theme, position: { ...here, accuracy: 5 } });
    await page.locator(result).waitFor();
    await page.getByRole("button", { name: "输入坐标" }).click();
    await largeEnough(page, "button, a, input, select", { height: 48 });
    await fitsWidth(page);
    await accessible(page);
  },
);
