// A place on the map in WGS 84 degrees, and its forms as text.

export interface Place {
  readonly lon: number;
  readonly lat: number;
}

/** In degrees. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** The service's own resolution, about 1 cm: a shared link must ask for the very same point. */
const DECIMALS = 7;

/** A longitude beyond the antimeridian comes from a map that was dragged around the world. */
export function place(lon: number, lat: number): Place {
  const wrapped = lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
  return { lon: rounded(wrapped), lat: rounded(Math.max(-90, Math.min(90, lat))) };
}

function rounded(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}

export function formatPlace({ lon, lat }: Place, decimals = DECIMALS): string {
  return `${lon.toFixed(decimals)}, ${lat.toFixed(decimals)}`;
}

/**
 * Reads what people type or paste: `116.9, 30.8`, full-width punctuation, `116.9°E 30.8°N`. Longitude comes first; the
 * other order is understood where only it makes sense (a latitude is never above 90).
 */
export function parsePlace(text: string): Place | null {
  const plain = text.normalize("NFKC").toUpperCase();
  const numbers = plain.match(/[-+]?\d+(?:\.\d+)?/g)?.map(Number) ?? [];
  const [first, second] = numbers;
  if (numbers.length !== 2 || first === undefined || second === undefined) return null;
  const latitudeFirst = Math.abs(second) > 90 || /\d\s*°?\s*[NS].*[EW]\s*$/.test(plain);
  const lon = latitudeFirst ? second : first;
  const lat = latitudeFirst ? first : second;
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return null;
  return place(/W/.test(plain) ? -lon : lon, /S/.test(plain) ? -lat : lat);
}
