// Chromium with a map drawn in software, and pages that keep a record of everything that goes wrong.
import { chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A host that is not the machine's own: there plain http is no secure context.
  "--host-resolver-rules=MAP town.test 127.0.0.1",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/**
 * @typedef {object} Opening
 * @property {number} [width]
 * @property {number} [height]
 * @property {"zh" | "en"} [language] as if chosen on an earlier visit
 * @property {"light" | "dark"} [theme]
 * @property {boolean} [worker] whether the service worker may take over; what it takes, `page.route` does not see
 * @property {{ longitude: number, latitude: number, accuracy: number }} [position] what the device says; refused without
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {Opening} [opening]
 */
export async function open(browser, url, opening = {}) {
  const { width = 1280, height = 800, language = "zh", theme = "light", worker = false, position } = opening;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    hasTouch: width < 600,
    reducedMotion: "reduce",
    serviceWorkers: worker ? "allow" : "block",
    ...(position && { geolocation: position, permissions: ["geolocation"] }),
  });
  if (language === "en") await context.addInitScript(() => localStorage.setItem("gridward.language", "en"));
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  /** @type {string[]} */
  const requests = [];
  page.on("console", (message) => {
    // A picture that the map goes without is a mark that nobody sees; MapLibre only warns of it.
    const fault = message.type() === "error" || message.text().startsWith('Image "');
    if (fault) faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  context.on("request", (request) => {
    requests.push(request.url());
    const { origin } = new URL(request.url());
    if (origin !== new URL(url).origin && origin !== "null") faults.push(`another host: ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, faults, requests };
}

/**
 * Waits until the map has drawn and rests: two pictures of it are the same, and of many colours.
 * @param {import("playwright-core").Page} page
 */
export async function mapRests(page) {
  const canvas = page.locator(".maplibregl-canvas").last();
  await canvas.waitFor();
  let before = "";
  for (let tries = 0; tries < 100; tries++) {
    // Of the map alone: what stands around it has colours enough before there is a map.
    const picture = (await canvas.screenshot()).toString("base64");
    if (picture === before && (await coloursOf(page, picture)) > 8) return;
    before = picture;
    await page.waitForTimeout(250);
  }
  throw new Error("the map does not come to rest");
}

/**
 * The number of different colours in a picture, counted on a coarse net of points.
 * @param {import("playwright-core").Page} page
 * @param {string} png base64
 * @returns {Promise<number>}
 */
function coloursOf(page, png) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const paper = new OffscreenCanvas(image.width, image.height).getContext("2d");
    if (!paper) return 0;
    paper.drawImage(image, 0, 0);
    const { data } = paper.getImageData(0, 0, image.width, image.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4 * 97) colours.add(`${data[at]} ${data[at + 1]} ${data[at + 2]}`);
    return colours.size;
  }, png);
}
