// Boxes around coordinates, for flying there.
import type { Box } from "./place.ts";

/** The smallest box around all positions in nested lists of them; null where there is none. */
export function boxAround(coordinates: unknown): Box | null {
  let box: [number, number, number, number] | null = null;
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [lon, lat] = part as unknown[];
    if (typeof lon !== "number" || typeof lat !== "number") {
      part.forEach(visit);
    } else if (box) {
      box = [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
    } else {
      box = [lon, lat, lon, lat];
    }
  };
  visit(coordinates);
  return box;
}

export function joined(boxes: readonly (Box | null)[]): Box | null {
  return boxAround(
    boxes.flatMap((box) =>
      box
        ? [
            [box[0], box[1]],
            [box[2], box[3]],
          ]
        : [],
    ),
  );
}

/** Room to keep free around the whole: on a wide screen, and a phone held sideways, beside the bar and the panel, else below the bar. */
export function around(width: number, height: number): { top: number; right: number; bottom: number; left: number } {
  const beside = width > 900 || (width > 640 && width > height);
  return beside ? { top: 24, right: 24, bottom: 24, left: 440 } : { top: 88, right: 16, bottom: 72, left: 16 };
}
