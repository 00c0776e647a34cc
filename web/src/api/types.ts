// The answers of the service as the pages use them: the generated types of its OpenAPI document, with the tier exact.
import type { FeatureCollection, MultiPolygon } from "geojson";
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

/** Who is asking. */
export type SessionDetail = Schemas["SessionDetail"];

export type Edition = Schemas["EditionDetail"];
export type Job = Schemas["JobDetail"];
export type Report = Schemas["Report"];
export type FoundProblem = Schemas["FoundProblem"];
export type DoneRepair = Schemas["DoneRepair"];

export type Comparison = Schemas["DiffAnswer"];
export type Answering = Schemas["Answering"];
export type ComparedPlaces = Schemas["PlacesAnswer"];
export type ComparedReports = Schemas["ReportsAnswer"];
/** The strips of land that change hands; OpenAPI leaves their shapes to GeoJSON. */
export type Strips = FeatureCollection<MultiPolygon, Schemas["StripProperties"]>;

/** 上报事件. `Report` is the validation report of an edition. */
export type ReportDetail = Schemas["ReportDetail"];
export type ReportPage = Schemas["ReportPage"];
export type NewReport = Schemas["NewReport"];
/** What goes with an action. */
export type ReportStep = Schemas["ReportStep"];
export type StepDetail = Schemas["StepDetail"];
/** Who has a report now. */
export type ReportHolder = Schemas["ReportHolder"];
export type AssignmentDetail = Schemas["AssignmentDetail"];
export type Explanation = Schemas["Explanation"];
export type ReportStatus = Schemas["ReportStatus"];
export type ReportAction = Schemas["ReportAction"];
export type Category = Schemas["Category"];
export type DuplicateReport = Schemas["DuplicateReport"];

/** How reports stand. */
export type StatsRow = Omit<Schemas["StatsRow"], "by" | "status" | "settled_by"> & {
  by: "all" | `tier${Tier}` | "category" | "day";
  /** The grid's or the category's. */
  name?: string | null;
  status: Partial<Record<ReportStatus, number>>;
  settled_by: Partial<Record<Level, number>>;
};
export interface Stats {
  total: StatsRow;
  rows: StatsRow[];
}

export type Level = Schemas["Level"];
/** From the party group's area up to the town office. */
export const LEVELS: readonly Level[] = ["tier3", "tier2", "tier1", "town"];
export const STATUSES: readonly ReportStatus[] = ["reported", "accepted", "resolved", "closed", "rejected", "merged"];

/** What is known of a photo of a report. */
export type PhotoDetail = Schemas["PhotoDetail"];
