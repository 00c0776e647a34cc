// The demo town as a county's office would hand it over: a shapefile in CGCS2000 Gauss-Krüger with GBK attributes in
// Chinese fields and no .cpg, a little damaged, made by GDAL.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const TOWN = resolve(import.meta.dirname, "../../../data/qingcao.geojsonl");
/** CGCS2000, zone 39 of 3 degrees, which the town lies in. */
const GAUSS_KRUGER = "EPSG:4527";

/** Grids of the smallest tier whose border is moved away from the neighbour's by so many degrees to the east. */
const DAMAGES = [
  // About 30 cm: what a second digitising leaves. Repair joins it again.
  { code: "340881106205002004", degrees: 0.000003 },
  { code: "340881106001002003", degrees: -0.000003 },
  // About 50 m: somebody's mistakes, an overlap and a gap. They stay until a person decides.
  { code: "340881106202001001", degrees: 0.0006 },
  { code: "340881106202003001", degrees: -0.0005 },
];

export const RENAMED = { code: "340881106206001001", name: "新名组" };

/**
 * Writes `网格.shp` and its parts into a new folder; `remove` takes it away again.
 * @returns {{ files: string[], remove: () => void }}
 */
export function damagedShapefile() {
  const folder = mkdtempSync(join(tmpdir(), "gridward-shp-"));
  const features = readFileSync(TOWN, "utf8")
    .trim()
    .split("\n")
    .map((line) => damaged(JSON.parse(line)));
  const plain = join(folder, "town.geojsonl");
  writeFileSync(plain, features.map((feature) => JSON.stringify(feature)).join("\n"));
  const shape = join(folder, "网格.shp");
  execFileSync("ogr2ogr", ["-q", "-t_srs", GAUSS_KRUGER, "-lco", "ENCODING=GBK", "-nln", "网格", shape, plain]);
  rmSync(join(folder, "网格.cpg"));
  rmSync(plain);
  const files = readdirSync(folder).map((name) => join(folder, name));
  return { files, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** @param {{ properties: Record<string, unknown>, geometry: { coordinates: number[][][] } }} feature */
function damaged(feature) {
  const { code, name, tier, parent } = feature.properties;
  const damage = DAMAGES.find((one) => one.code === code);
  if (damage) {
    const ring = feature.geometry.coordinates[0] ?? [];
    const middle = Math.floor(ring.length / 2);
    // Several vertices in a row, so that it is a strip and not a spike.
    for (const point of ring.slice(middle, middle + 4)) point[0] = (point[0] ?? 0) + damage.degrees;
  }
  const properties = {
    编码: code,
    名称: code === RENAMED.code ? RENAMED.name : name,
    级别: tier,
    上级: parent ?? null,
  };
  return { ...feature, properties };
}
