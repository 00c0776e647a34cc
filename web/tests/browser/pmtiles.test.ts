// An exported PMTiles archive on a page of somebody else: MapLibre with npm `pmtiles`, no service of ours anywhere.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, mapRests, open } from "./chromium.mjs";

const WEB = resolve(import.meta.dirname, "../..");
const BINARY = resolve(WEB, process.env.GRIDWARD_BIN ?? "../target/release/gridward");
const SCREENSHOTS = resolve(WEB, "test-results");
const modules = createRequire(import.meta.url);
const maplibre = dirname(modules.resolve("maplibre-gl/dist/maplibre-gl.css"));
const pmtiles = resolve(dirname(modules.resolve("pmtiles")), "../pmtiles.js");

const PAGE = `<!doctype html><meta charset="utf-8"><title>PMTiles</title>
<link rel="stylesheet" href="/maplibre/maplibre-gl.css"><link rel="icon" href="data:,">
<style>html, body, #map { height: 100%; margin: 0 }</style><div id="map"></div>
<script src="/pmtiles.js"></script>
<script type="module">
import * as maplibregl from "/maplibre/maplibre-gl.mjs";
maplibregl.setWorkerUrl("/maplibre/maplibre-gl-worker.mjs");
maplibregl.addProtocol("pmtiles", new pmtiles.Protocol().tile);
const colours = ["#f6d8ae", "#cfe3c8", "#c9d9ea", "#e6cfe0", "#efe3a8", "#cfe6e4"];
window.map = new maplibregl.Map({
  container: "map", center: [116.897, 30.797], zoom: 11.2, fadeDuration: 0,
  style: { version: 8, sources: { grids: { type: "vector", url: "pmtiles:///town.pmtiles" } }, layers: [
    { id: "paper", type: "background", paint: { "background-color": "#fff" } },
    { id: "areas", type: "fill", source: "grids", "source-layer": "tier3", paint: {
      "fill-color": ["match", ["get", "color"], ...colours.flatMap((c, i) => [i, c]), "#888"] } },
    { id: "borders", type: "line", source: "grids", "source-layer": "borders", paint: {
      "line-color": "#823", "line-width": ["match", ["get", "tier"], 1, 3, 2, 1.5, 0.7] } },
    { id: "names", type: "symbol", source: "grids", "source-layer": "labels", filter: ["==", ["get", "tier"], 1],
      layout: { "text-field": ["get", "name"], "text-size": 13 } },
  ] },
});
</script>`;

let folder: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gridward-pmtiles-"));
  const data = resolve(WEB, "../data");
  const gridward = (...args: string[]) => {
    const done = spawnSync(BINARY, ["--store", `sqlite:${join(folder, "store.gpkg")}`, ...args], { encoding: "utf8" });
    expect(done.status, done.stderr).toBe(0);
  };
  gridward("import", join(data, "qingcao.geojsonl"), "--edition", "demo", "--publish");
  gridward("export", "--format", "pmtiles", "-o", join(folder, "town.pmtiles"));
  const archive = readFileSync(join(folder, "town.pmtiles"));
  const types: Record<string, string> = { css: "text/css", mjs: "text/javascript", js: "text/javascript" };
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    if (pathname === "/town.pmtiles") {
      const [from, to] = (/bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []).slice(1).map(Number);
      if (from === undefined || to === undefined) throw new Error("the whole archive is asked for");
      const part = archive.subarray(from, to + 1);
      response.writeHead(206, {
        "content-range": `bytes ${from}-${from + part.length - 1}/${archive.length}`,
        "content-length": part.length,
        etag: '"one"',
      });
      response.end(part);
      return;
    }
    const file = pathname === "/pmtiles.js" ? pmtiles : join(maplibre, pathname.replace("/maplibre/", ""));
    const type = pathname === "/" ? "text/html" : (types[pathname.split(".").at(-1) ?? ""] ?? "application/json");
    response.setHeader("content-type", type).end(pathname === "/" ? PAGE : readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("MapLibre draws an exported archive by range requests alone", async () => {
  const { page, faults } = await open(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await mapRests(page);
  const codes = () =>
    page.evaluate(() => {
      type Feature = { properties: { code: string } };
      const { map } = window as unknown as { map: { querySourceFeatures: (source: string, of: object) => Feature[] } };
      const features = map.querySourceFeatures("grids", { sourceLayer: "tier3" });
      return new Set(features.map((feature) => feature.properties.code)).size;
    });
  await expect.poll(codes).toBe(165);
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, "pmtiles.png") });
  expect(faults).toEqual([]);
});
