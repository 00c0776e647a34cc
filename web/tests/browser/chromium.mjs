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
  /** @type {Load} */
  const load = { tiles: 0, underWay: new Map() };
  loads.set(page, load);
  page.on("console", (message) => {
    // A picture that the map goes without is a mark that nobody sees; MapLibre only warns of it.
    const fault = message.type() === "error" || message.text().startsWith('Image "');
    if (fault) faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  context.on("request", (request) => {
    requests.push(request.url());
    if (/\/tiles\/|\/style\.json|\.pmtiles/.test(request.url())) load.underWay.set(request, Date.now());
    if (/\.mvt|\.pmtiles/.test(request.url())) load.tiles += 1;
    const { origin } = new URL(request.url());
    if (origin !== new URL(url).origin && origin !== "null") faults.push(`another host: ${request.url()}`);
  });
  context.on("requestfinished", (request) => load.underWay.delete(request));
  context.on("requestfailed", (request) => load.underWay.delete(request));
  await page.goto(url);
  return { page, context, faults, requests };
}

/**
 * Takes out what the browser itself notes of an answer that was meant to be a refusal. It may note it later than the page shows it.
 * @param {{ faults: string[] }} opened
 * @param {string} text
 */
export async function forgive({ faults }, text) {
  const deadline = Date.now() + REST_MS;
  while (!faults.some((fault) => fault.includes(text))) {
    if (Date.now() > deadline) throw new Error(`the browser does not note \`${text}\`: ${faults}`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes(text)));
}

const REST_MS = 90_000;
/** What is under way for longer is none that a map waits for. */
const LONG_MS = 10_000;

/**
 * How many tiles a page asked for, and what its map waits for, since when.
 *
 * @typedef {object} Load
 * @property {number} tiles
 * @property {Map<import("playwright-core").Request, number>} underWay
 */

/** @type {WeakMap<import("playwright-core").Page, Load>} */
const loads = new WeakMap();

/**
 * Waits until the map has drawn and rests: no tile is under way or being worked on, and two pictures of it are the same, and of
 * many colours.
 * @param {import("playwright-core").Page} page
 */
export async function mapRests(page) {
  const canvas = page.locator(".maplibregl-canvas").last();
  await canvas.waitFor();
  const deadline = Date.now() + REST_MS;
  let [before, asked] = ["", 0];
  while (Date.now() < deadline) {
    const isQuiet = await quiet(page);
    const askedSoFar = loads.get(page)?.tiles ?? 0;
    // Of the map alone: what stands around it has colours enough before there is a map.
    const picture = (await canvas.screenshot()).toString("base64");
    const rests = isQuiet && picture === before && askedSoFar === asked;
    if (rests && (await coloursOf(page, picture)) > 8) return;
    [before, asked] = [isQuiet ? picture : "", askedSoFar];
    await page.waitForTimeout(250);
  }
  throw new Error("the map does not come to rest");
}

/**
 * Whether nothing is under way. The workers that make drawings of tiles are through with theirs: each answers when it is.
 * @param {import("playwright-core").Page} page
 */
async function quiet(page) {
  const since = [...(loads.get(page)?.underWay.values() ?? [])];
  if (since.some((begun) => Date.now() - begun < LONG_MS)) return false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const tooLate = new Promise((late) => {
    timer = setTimeout(() => late(false), LONG_MS);
  });
  // One that ends meanwhile has nothing to do either.
  const all = Promise.all(page.workers().map((worker) => worker.evaluate(() => true).catch(() => true)));
  const inTime = (await Promise.race([all, tooLate])) !== false;
  clearTimeout(timer);
  return inTime;
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
