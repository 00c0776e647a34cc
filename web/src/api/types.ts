// The answers of the service as the pages use them: the generated types of its OpenAPI document, with the tier exact.
import type { FeatureCollection } from "geojson";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];
type Exact<T> = Omit<T, "tier"> & { tier: Tier };

export type Tier = 1 | 2 | 3;
export const TIERS: readonly Tier[] = [1, 2, 3];

export type Crs = "wgs84" | "gcj02" | "bd09";

export type GridName = Exact<Schemas["LocatedGrid"]>;
export type LocateAnswer = Omit<Schemas["LocateAnswer"], "grids"> & { grids: GridName[] };
export type Responsible = Schemas["Responsible"];
/** Whoever answers, up the tiers to the town office. */
export type Answers = Schemas["Answers"];
/** The leader's role goes without saying. */
export type Person = Schemas["Leader"] & Partial<Pick<Schemas["Staff"], "role" | "deputy">>;
export type FoundGrid = Exact<Schemas["GridRow"]>;
/** RFC 9457. */
export type Problem = Schemas["ProblemDetails"];

/** The part of TileJSON 3.0.0 that is read; OpenAPI leaves it to that standard. */
export interface TileJson {
  /** Of the edition. */
  name: string;
  bounds?: [west: number, south: number, east: number, north: number];
  minzoom: number;
  vector_layers: { id: string; minzoom?: number }[];
}

export type EditionState = "draft" | "published";

export interface Edition {
  name: string;
  state: EditionState;
  source: string;
  created_at: string;
  accepted: string[];
  grids: { tier1: number; tier2: number; tier3: number };
  bounds: number[] | null;
  in_force: boolean;
  publications: { in_force_from: string; recorded_at: string }[];
}

export interface Job {
  id: string;
  kind: "import" | "repair" | "publish";
  state: "running" | "done" | "failed" | "cancelled";
  stage: string;
  progress: number;
  edition?: string | null;
  created_at: string;
  updated_at: string;
  cancel_requested: boolean;
  result?: { notes?: string[] };
  problem?: Problem | null;
}

export interface FoundProblem {
  code: string;
  severity: "error" | "warning";
  grids: string[];
  place?: number[];
  measure?: { area_m2?: number; length_m?: number; count?: number };
  source?: string;
  message: string;
  outline?: number[][][];
}

export interface DoneRepair {
  action: string;
  grids: string[];
  place?: number[];
  moved_m: number;
  source?: string;
  message: string;
}

export interface Report {
  problems: FoundProblem[];
  repairs: DoneRepair[];
  counts: { errors: number; warnings: number; repairs: number; codes: Record<string, number> };
}

interface Share {
  code: string;
  name: string;
  share: number;
}

interface Listed {
  tier: Tier;
  code: string;
  name: string;
  bbox?: number[] | null;
}

export interface Answering {
  party_group?: string | null;
  leader?: string | null;
}

export interface Comparison {
  summary: {
    changed_km2: { tier1: number; tier2: number; tier3: number };
    hand_overs: number;
  };
  added: (Listed & { area_km2: number; out_of: Share[] })[];
  removed: (Listed & { area_km2: number; into: Share[] })[];
  recoded: { tier: Tier; from: string; to: string; name: string; bbox?: number[] | null }[];
  renamed: { tier: Tier; code: string; from: string; to: string; bbox?: number[] | null }[];
  reparented: (Listed & { from?: string | null; to?: string | null })[];
  moved: (Listed & { gained_km2: number; lost_km2: number; gained_percent: number; lost_percent: number })[];
  hand_overs: { from?: Answering | null; to?: Answering | null; area_km2: number }[];
}

interface Owners {
  tier1?: string | null;
  tier2?: string | null;
  tier3?: string | null;
}

export interface ComparedPlaces {
  rows: number;
  errors: number;
  first_error?: string | null;
  outside: number;
  changed: { any: number; tier1: number; tier2: number; tier3: number };
  handed_over: number;
  places: { label?: string | null; lon: number; lat: number; from: Owners; to: Owners }[];
  left_out: number;
}

export type Strips = FeatureCollection;
