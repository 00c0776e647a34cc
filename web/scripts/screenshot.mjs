// Writes docs/screenshot.png and docs/screenshot-m.png: the real pages on the real service with the demo town.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { launch, mapRests, open } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/gridward.mjs";

const docs = resolve(import.meta.dirname, "../../docs");
const here = { longitude: 116.9, latitude: 30.8, accuracy: 8 };

mkdirSync(docs, { recursive: true });
const [town, browser] = await Promise.all([serve({ demo: true }), launch()]);
try {
  const viewer = await open(browser, town.url);
  await mapRests(viewer.page);
  await viewer.page.mouse.click(860, 400);
  await viewer.page.locator('.panel[data-state="answered"]').waitFor();
  await mapRests(viewer.page);
  await viewer.page.screenshot({ path: resolve(docs, "screenshot.png") });

  const phone = await open(browser, `${town.url}/m`, { width: 390, height: 844, position: here });
  await phone.page.locator('.result[data-state="answered"]').waitFor();
  await phone.page.screenshot({ path: resolve(docs, "screenshot-m.png") });
} finally {
  await browser.close();
  await town.stop();
}
