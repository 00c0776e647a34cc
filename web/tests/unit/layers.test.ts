// The layers of the pages: lib, i18n ← api ← state ← map | ui ← main. A breach fails with the offending line.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const MAY_USE: Record<string, readonly string[]> = {
  lib: [],
  i18n: ["lib"],
  api: ["lib"],
  state: ["lib", "i18n", "api"],
  // The map and the panels know each other by the state only.
  map: ["lib", "i18n", "api", "state"],
  ui: ["lib", "i18n", "api", "state"],
  main: ["lib", "i18n", "api", "state", "map", "ui"],
};

const src = join(import.meta.dirname, "../../src");

test("every import goes down a layer, and only the map knows MapLibre", () => {
  const breaches: string[] = [];
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const layer = file.split("/")[0] ?? "";
    for (const [line, target] of readFileSync(join(src, file), "utf8").matchAll(/(?:from|import\(?) ?"([^"]+)".*/g)) {
      const found = target?.startsWith(".") ? relative(src, join(src, dirname(file), target)).split("/")[0] : target;
      const allowed =
        found === layer ||
        found === "styles" ||
        (MAY_USE[layer] ?? []).includes(found ?? "") ||
        (found?.startsWith("maplibre-gl") ? layer === "map" : !target?.startsWith("."));
      if (!allowed) breaches.push(`${file}: ${line}`);
    }
  }
  expect(breaches).toEqual([]);
});
