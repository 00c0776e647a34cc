// Reads a folder Z/X/Y.mvt with @mapbox/vector-tile. Prints features per zoom and layer as JSON; says on standard error
// which rings are not as the Mapbox Vector Tile specification 2.1 wants them: closed, with an area, shells positive and
// each before its holes.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const [folder] = process.argv.slice(2);
const counts = {};

function area(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i].x * ring[i + 1].y - ring[i + 1].x * ring[i].y;
  return sum / 2;
}

function judge(name, feature) {
  const rings = feature.loadGeometry();
  let shell = 0;
  for (const [i, ring] of rings.entries()) {
    const [start, end] = [ring[0], ring[ring.length - 1]];
    const size = area(ring);
    if (ring.length < 4 || start.x !== end.x || start.y !== end.y) console.error(`${name}: ring ${i} is not closed`);
    if (size === 0) console.error(`${name}: ring ${i} has no area`);
    if (size > 0) shell = size;
    else if (shell <= 0 || -size >= shell) console.error(`${name}: ring ${i} is a hole without a shell`);
  }
}

const numbers = (path) => readdirSync(path).filter((name) => /^\d+(\.mvt)?$/.test(name));
for (const z of numbers(folder)) {
  const layers = (counts[z] = {});
  for (const x of numbers(join(folder, z))) {
    for (const file of numbers(join(folder, z, x))) {
      const tile = new VectorTile(new PbfReader(readFileSync(join(folder, z, x, file))));
      for (const [name, layer] of Object.entries(tile.layers)) {
        layers[name] = (layers[name] ?? 0) + layer.length;
        for (let i = 0; i < layer.length; i++) {
          const feature = layer.feature(i);
          if (feature.type === 3) judge(`${z}/${x}/${file} ${name} ${feature.properties.code}`, feature);
          else feature.loadGeometry();
        }
      }
    }
  }
}
console.log(JSON.stringify(counts));
