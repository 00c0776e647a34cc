// Reads an archive with npm `pmtiles`: the tiles named on standard input, `z x y` a line. Prints its header, its metadata, and of
// each tile that is there the SHA-256 and, by layer, how many features @mapbox/vector-tile finds in it.
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { PMTiles } from "pmtiles";

const [path] = process.argv.slice(2);
const file = openSync(path, "r");
const source = {
  getKey: () => path,
  getBytes: async (offset, length) => {
    const data = new Uint8Array(length);
    const read = readSync(file, data, 0, length, offset);
    return { data: data.buffer.slice(0, read) };
  },
};
const archive = new PMTiles(source);
const tiles = {};
for (const line of readFileSync(0, "utf8").trim().split("\n")) {
  const [z, x, y] = line.split(" ").map(Number);
  const tile = await archive.getZxy(z, x, y);
  if (!tile) continue;
  const bytes = new Uint8Array(tile.data);
  const layers = Object.entries(new VectorTile(new PbfReader(bytes)).layers);
  tiles[line] = {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    features: Object.fromEntries(layers.map(([name, layer]) => [name, layer.length])),
  };
}
const header = await archive.getHeader();
console.log(JSON.stringify({ header, metadata: await archive.getMetadata(), tiles }));
closeSync(file);
