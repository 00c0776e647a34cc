// The judge of coordinate systems: `node gcoord.mjs FROM TO` reads positions `lon lat`, one a line, from standard
// input and prints them as npm gcoord converts them, with all digits.
import { readFileSync } from "node:fs";
import gcoord from "gcoord";

const [from, to] = process.argv.slice(2);
const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
const answers = lines.map((line) => gcoord.transform(line.split(" ").map(Number), gcoord[from], gcoord[to]).join(" "));
process.stdout.write(`${answers.join("\n")}\n`);
