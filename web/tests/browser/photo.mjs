// A photo as a phone makes it, with its place inside, and a look into a JPEG without the code under test.

/**
 * A JPEG whose EXIF block says how to turn it, and where it was taken.
 * @param {import("playwright-core").Page} page that draws it
 * @param {{ width: number, height: number, orientation: number }} wanted as it is stored, before it is turned
 */
export async function jpegWithPlace(page, { width, height, orientation }) {
  const base64 = await page.evaluate(
    ([width, height]) => {
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const paper = canvas.getContext("2d");
      if (!paper) throw new Error("no canvas");
      const colours = paper.createLinearGradient(0, 0, width, height);
      colours.addColorStop(0, "#b3452c");
      colours.addColorStop(0.5, "#d8c9a3");
      colours.addColorStop(1, "#2c6e63");
      paper.fillStyle = colours;
      paper.fillRect(0, 0, width, height);
      paper.fillStyle = "#3b3226";
      for (let at = 0; at < 40; at++) {
        paper.fillRect(((at * 97) % 100) * (width / 100), height * (0.55 + (at % 7) / 20), width / 22, height / 18);
      }
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1] ?? "";
    },
    /** @type {const} */ ([width, height]),
  );
  const plain = Buffer.from(base64, "base64");
  return Buffer.concat([plain.subarray(0, 2), exif(orientation), plain.subarray(2)]);
}

/**
 * TIFF, big-endian: orientation, and a GPS directory with a latitude.
 * @param {number} orientation
 */
function exif(orientation) {
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4 + 2 + 2 * 12 + 4 + 24);
  tiff.write("MM\0*", 0, "latin1");
  tiff.writeUInt32BE(8, 4);
  /** @param {number} at @param {number[]} entry tag, type, count, value */
  const entry = (at, [tag = 0, type = 0, count = 0, value = 0]) => {
    tiff.writeUInt16BE(tag, at);
    tiff.writeUInt16BE(type, at + 2);
    tiff.writeUInt32BE(count, at + 4);
    tiff.writeUInt32BE(value, at + 8);
  };
  tiff.writeUInt16BE(2, 8);
  entry(10, [0x0112, 3, 1, orientation << 16]);
  entry(22, [0x8825, 4, 1, 38]);
  tiff.writeUInt16BE(2, 38);
  entry(40, [1, 2, 2, "N".charCodeAt(0) << 24]);
  entry(52, [2, 5, 3, 68]);
  for (const [at, part] of [30, 1, 48, 1, 0, 1].entries()) tiff.writeUInt32BE(part, 68 + 4 * at);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/**
 * What the segments of a JPEG say.
 * @param {Buffer} bytes
 */
export function insideOf(bytes) {
  const found = { exif: bytes.includes("Exif"), width: 0, height: 0 };
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) {
      found.height = bytes.readUInt16BE(at + 5);
      found.width = bytes.readUInt16BE(at + 7);
    }
    if (marker === 0xda) break;
  }
  return found;
}
