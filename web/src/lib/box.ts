// The box around a shape, [west, south, east, north] in degrees.

export type Box = readonly [west: number, south: number, east: number, north: number];

type Nested = readonly number[] | readonly Nested[];

/** Null for a shape without a point. */
export function boxOf(geometry: { coordinates: unknown } | null): Box | null {
  let [west, south, east, north] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
  const walk = (part: Nested): void => {
    const [lon, lat] = part;
    if (typeof lon === "number" && typeof lat === "number") {
      [west, east] = [Math.min(west, lon), Math.max(east, lon)];
      [south, north] = [Math.min(south, lat), Math.max(north, lat)];
    } else {
      for (const inner of part as readonly Nested[]) walk(inner);
    }
  };
  walk((geometry?.coordinates ?? []) as Nested);
  return west <= east ? [west, south, east, north] : null;
}
