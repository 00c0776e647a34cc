// Sends files. `fetch` cannot say how much of a body is gone; XMLHttpRequest can.
import { isPart } from "../lib/shapefile.ts";
import { Failure, problemOf } from "./client.ts";
import type { Job, Tier } from "./types.ts";

export interface ChosenFile {
  readonly file: File;
  /** Null where the file itself says the tier of each grid. */
  readonly tier: Tier | null;
}

/** What the command line's `import` takes; an empty text leaves the choice to the service. */
export interface UploadOptions {
  readonly edition: string;
  readonly code: string;
  readonly name: string;
  readonly parent: string;
  readonly crs: string;
  readonly encoding: string;
  readonly repair: boolean;
  /** How far the repair may move anything. */
  readonly toleranceM: number;
  /** Whether to make the tiers that are in no file. */
  readonly dissolve: boolean;
  /** The field with the names of the grids that are made. */
  readonly parentName: string;
}

export function upload(
  files: readonly ChosenFile[],
  options: UploadOptions,
  key: string | null,
  onSent: (bytes: number, total: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/editions");
    if (key !== null) request.setRequestHeader("authorization", `Bearer ${key}`);
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded, total));
    request.addEventListener("load", () => {
      if (request.status === 202) done(JSON.parse(request.responseText) as Job);
      else failed(new Failure(problemOf(request.status, request.responseText)));
    });
    request.addEventListener("error", () => failed(new Failure(null)));
    request.addEventListener("abort", () => failed(new DOMException("the upload was ended", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(form(files, options));
  });
}

/** Fields come before the files, so that the service knows how to read a file when it comes. */
export function form(files: readonly ChosenFile[], options: UploadOptions): FormData {
  const data = new FormData();
  for (const field of ["edition", "code", "name", "parent", "crs", "encoding"] as const) {
    if (options[field].trim() !== "") data.append(field, options[field].trim());
  }
  const tiers = tiersOf(files);
  if (tiers !== "") data.append("tier", tiers);
  if (options.repair) {
    data.append("repair", "true");
    data.append("tolerance_m", String(options.toleranceM));
  }
  if (options.dissolve) {
    data.append("dissolve", "true");
    if (options.parentName.trim() !== "") data.append("parent_name", options.parentName.trim());
  }
  for (const { file } of files) data.append("file", file, file.name);
  return data;
}

/** One for each file that has grids, separated by commas; nothing where every file says it itself. */
function tiersOf(files: readonly ChosenFile[]): string {
  const names = files.map(({ file }) => file.name);
  const tiers = files.flatMap(({ file, tier }) => (isPart(file.name, names) ? [] : [tier ?? ""]));
  return tiers.every((tier) => tier === "") ? "" : tiers.join(",");
}
