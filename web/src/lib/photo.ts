// Photos made small before they are sent: drawn anew, upright, so that hardly a byte and no place leaves the phone for nothing.

/** Pixels of the longer side; the service keeps no more. */
const SIDE = 2048;
const QUALITY = 0.85;

export class Unreadable extends Error {
  readonly why: "heic" | "unreadable";

  constructor(why: "heic" | "unreadable") {
    super(why);
    this.why = why;
  }
}

/** Never larger than the side. */
export function fitted(width: number, height: number, side = SIDE): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export function isHeic({ type, name }: { type: string; name: string }): boolean {
  return /^image\/hei[cf]/i.test(type) || /\.hei[cf]$/i.test(name);
}

/** As JPEG. */
export async function shrunk(file: File): Promise<Blob> {
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unreadable(isHeic(file) ? "heic" : "unreadable");
  }
  const { width, height } = fitted(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paper = canvas.getContext("2d");
  if (!paper) throw new Unreadable("unreadable");
  // What is clear becomes white, as the service draws it.
  paper.fillStyle = "#ffffff";
  paper.fillRect(0, 0, width, height);
  paper.drawImage(image, 0, 0, width, height);
  image.close();
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Unreadable("unreadable"))), "image/jpeg", QUALITY);
  });
}
