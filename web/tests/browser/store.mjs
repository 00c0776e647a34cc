// The store of a test's own: a file, or with GRIDWARD_TEST_STORE=postgis a database on the cluster that all tests share.
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

const SCRIPT = resolve(import.meta.dirname, "../../../tests/postgis.sh");
let number = 0;

/**
 * @param {string} folder where a file may be
 * @returns {{ url: string, drop: () => void }}
 */
export function emptyStore(folder) {
  const kind = process.env.GRIDWARD_TEST_STORE ?? "sqlite";
  if (kind === "sqlite") return { url: `sqlite:${join(folder, "store.gpkg")}`, drop: () => {} };
  if (kind !== "postgis") throw new Error(`GRIDWARD_TEST_STORE is ${kind}, not sqlite or postgis`);
  const cluster = process.env.GRIDWARD_TEST_POSTGRES ?? execFileSync(SCRIPT, ["shared"], { encoding: "utf8" }).trim();
  const database = `web${process.pid}_${number++}`;
  /** @param {string} statement */
  const sql = (statement) =>
    execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", cluster, "-c", statement]);
  sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  sql(`CREATE DATABASE ${database} TEMPLATE with_postgis`);
  const url = `${cluster.slice(0, cluster.lastIndexOf("/"))}/${database}`;
  return { url, drop: () => sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`) };
}
