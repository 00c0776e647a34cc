// The answers of the service, as its OpenAPI document describes them.

export type Tier = 1 | 2 | 3;
export const TIERS: readonly Tier[] = [1, 2, 3];

export type Crs = "wgs84" | "gcj02" | "bd09";

export interface GridName {
  tier: Tier;
  code: string;
  name: string;
}

export interface Person {
  role?: string;
  name: string;
  phone?: string | null;
}

export interface Responsible {
  grid: string;
  party_group?: string | null;
  leader?: Person | null;
  staff: Person[];
}

export interface LocateAnswer {
  query: { lon: number; lat: number; crs: Crs };
  edition: string;
  grids: GridName[];
  responsible: Responsible | null;
  border_distance_m: number | null;
  candidates?: { code: string; name?: string; share: number }[] | null;
  nearest: { code: string; name: string; distance_m: number } | null;
  warnings?: { code: string; message: string }[];
}

export interface FoundGrid extends GridName {
  parent?: string | null;
  bbox?: [number, number, number, number] | null;
  /** A point inside the grid. */
  label?: [number, number] | null;
  party_group?: string | null;
  leader?: string | null;
}

export interface TileJson {
  name?: string;
  bounds?: [number, number, number, number];
  minzoom: number;
  maxzoom: number;
  attribution?: string;
  vector_layers: { id: string; minzoom?: number; maxzoom?: number }[];
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
}
