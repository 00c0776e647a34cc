// Newline-delimited GeoJSON on standard input to TopoJSON, as npm topojson-server writes it.
// node topojson.mjs QUANTIZATION [by-tier]      a quantization of 0 keeps coordinates as they are
// node topojson.mjs features                    the other way round: TopoJSON to features, as topojson-client reads it

import { readFileSync } from "node:fs";
import { feature } from "topojson-client";
import { topology } from "topojson-server";

const [mode, layout] = process.argv.slice(2);
const text = readFileSync(0, "utf8");

if (mode === "features") {
  const read = JSON.parse(text);
  for (const object of Object.values(read.objects)) {
    const shape = feature(read, object);
    for (const one of shape.features ?? [shape]) console.log(JSON.stringify(one));
  }
} else {
  const features = text.trim().split("\n").map((line) => JSON.parse(line));
  const collection = (some) => ({ type: "FeatureCollection", features: some });
  const objects = {};
  if (layout === "by-tier") {
    for (const tier of [1, 2, 3]) {
      const some = features.filter((one) => one.properties.tier === tier);
      for (const one of some) delete one.properties.tier;
      objects[`tier${tier}`] = collection(some);
    }
  } else {
    objects.grids = collection(features);
  }
  console.log(JSON.stringify(topology(objects, Number(mode) || undefined)));
}
