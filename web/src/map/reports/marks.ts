// Pictures of single reports and of heaps of them, drawn when the map first needs one.
import { COLOURS, type Colour, SHAPES, type Shape } from "../../lib/marks.ts";
import { cssColor } from "../css.ts";

/** Of a screen with fine pixels, so that the marks are sharp. */
export const PIXEL_RATIO = 2;

const SIZE = 34;
const HEAP = 46;

export function markId(status: Colour, level: Shape, late: boolean): string {
  return `report/${status}/${level}/${late ? "late" : ""}`;
}

/** The expression that names a heap's picture from what the source counted. */
export const HEAP_ID = [
  "concat",
  "heap/",
  ["get", "point_count_abbreviated"],
  ...(Object.keys(COLOURS) as Colour[]).flatMap((status) => ["/", ["to-string", ["get", status]]]),
  "/",
  ["to-string", ["get", "late"]],
];

export function draw(id: string): ImageData | null {
  const [kind, ...parts] = id.split("/");
  if (kind === "report") return drawMark(parts[0] as Colour, parts[1] as Shape, parts[2] === "late");
  if (kind === "heap") return drawHeap(parts[0] ?? "", parts.slice(1).map(Number));
  return null;
}

function paper(size: number): OffscreenCanvasRenderingContext2D | null {
  const context = new OffscreenCanvas(size * PIXEL_RATIO, size * PIXEL_RATIO).getContext("2d");
  context?.scale(PIXEL_RATIO, PIXEL_RATIO);
  return context;
}

function imageOf(context: OffscreenCanvasRenderingContext2D, size: number): ImageData {
  return context.getImageData(0, 0, size * PIXEL_RATIO, size * PIXEL_RATIO);
}

function drawMark(status: Colour, level: Shape, late: boolean): ImageData | null {
  const context = paper(SIZE);
  if (!context) return null;
  if (late) ring(context, SIZE, cssColor("--error"));
  context.translate((SIZE - 24) / 2, (SIZE - 24) / 2);
  const shape = new Path2D(SHAPES[level]);
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = cssColor("--card");
  context.stroke(shape);
  context.fillStyle = cssColor(COLOURS[status]);
  context.fill(shape);
  return imageOf(context, SIZE);
}

/** A ring in the colours of what is in it, with the number within. */
function drawHeap(count: string, numbers: readonly number[]): ImageData | null {
  const context = paper(HEAP);
  if (!context) return null;
  const late = (numbers.at(-1) ?? 0) > 0;
  const shares = Object.values(COLOURS).map((colour, at) => ({ colour, share: numbers[at] ?? 0 }));
  const whole = shares.reduce((sum, { share }) => sum + share, 0) || 1;
  const middle = HEAP / 2;
  if (late) ring(context, HEAP, cssColor("--error"));
  const circle = (radius: number): void => {
    context.beginPath();
    context.arc(middle, middle, radius, 0, 2 * Math.PI);
  };
  circle(19);
  context.fillStyle = cssColor("--card");
  context.fill();
  let from = -Math.PI / 2;
  context.lineWidth = 5;
  for (const { colour, share } of shares) {
    const to = from + (share / whole) * 2 * Math.PI;
    context.beginPath();
    context.arc(middle, middle, 15.5, from, to);
    context.strokeStyle = cssColor(colour);
    if (share > 0) context.stroke();
    from = to;
  }
  context.fillStyle = cssColor("--ink");
  context.font = `600 ${count.length > 3 ? 11 : 13}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(count, middle, middle + 1);
  return imageOf(context, HEAP);
}

function ring(context: OffscreenCanvasRenderingContext2D, size: number, colour: string): void {
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2 - 1.6, 0, 2 * Math.PI);
  context.lineWidth = 2.6;
  context.strokeStyle = colour;
  context.stroke();
}
