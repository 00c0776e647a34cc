// The real service on a store of its own, for the browser tests and the screenshots.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { emptyStore } from "./store.mjs";

const WEB = resolve(import.meta.dirname, "../..");
const BINARY = resolve(WEB, process.env.GRIDWARD_BIN ?? "../target/release/gridward");
const START_MS = 60_000;

/**
 * `run` is the command line on the same store; it gives what that printed. `halt` ends the service and keeps its store, on which
 * `resume` starts it again at the same address.
 *
 * @typedef {object} Gridward
 * @property {string} url
 * @property {number} port
 * @property {(...args: string[]) => Promise<string>} run
 * @property {() => Promise<void>} halt
 * @property {() => Promise<void>} resume
 * @property {() => Promise<void>} stop
 *
 * @param {{ demo: boolean }} options without the demo the store stays empty
 * @returns {Promise<Gridward>}
 */
export async function serve({ demo }) {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: build it, or name it in GRIDWARD_BIN`);
  const folder = mkdtempSync(join(tmpdir(), "gridward-web-"));
  // The service finds a free port by itself, and keeps it.
  let port = 0;
  const store = emptyStore(folder);
  /** @type {() => Promise<void>} */
  let halt = async () => {};
  const stop = async () => {
    await halt();
    store.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = () => Date.now() + START_MS;
  const resume = async (until = deadline()) => {
    const args = ["serve", "--json", "--store", store.url, "--listen", `127.0.0.1:${port}`];
    const server = spawn(BINARY, demo ? [...args, "--demo"] : args, {
      stdio: ["ignore", "pipe", "pipe"],
      // Tests ask as fast as they can.
      env: { ...process.env, GRIDWARD_RATE_LIMIT: "0", GRIDWARD_KEY_RATE_LIMIT: "0" },
    });
    let [printed, said] = ["", ""];
    server.stdout.on("data", (text) => {
      printed += text;
    });
    server.stderr.on("data", (text) => {
      said = (said + text).slice(-4000);
    });
    /** @type {Promise<void>} */
    const ended = new Promise((end) => server.once("exit", () => end()));
    halt = async () => {
      server.kill("SIGTERM");
      await ended;
    };
    for (;;) {
      port ||= Number(/"url":\s*"http:\/\/[^"]*:(\d+)/.exec(printed)?.[1] ?? 0);
      if (port && (await answers(`http://127.0.0.1:${port}${demo ? "/readyz" : "/healthz"}`))) return;
      if (server.exitCode !== null && said.includes("in use already") && Date.now() < until) {
        // Somebody has the port for a moment: whoever connects to somewhere is given one.
        await new Promise((wait) => setTimeout(wait, 500));
        return resume(until);
      }
      if (server.exitCode !== null || Date.now() > until) {
        await stop();
        throw new Error(`the service did not start:\n${said}`);
      }
      await new Promise((wait) => setTimeout(wait, 100));
    }
  };
  await resume();
  const url = `http://127.0.0.1:${port}`;
  /** @param {string[]} command */
  const run = async (...command) => (await promisify(execFile)(BINARY, [...command, "--store", store.url])).stdout;
  return { url, port, run, halt: () => halt(), resume: () => resume(), stop };
}

/**
 * A key, made on the command line as people make it.
 * @param {Gridward} service
 * @param {"viewer" | "reporter" | "leader" | "dispatcher" | "admin"} role
 * @param {{ grid?: string, name?: string }} [whose]
 */
export async function makeKey(service, role, { grid, name = "browser" } = {}) {
  const scope = grid === undefined ? [] : ["--grid", grid];
  const key = /gw_\S+/.exec(await service.run("key", "create", "--role", role, "--name", name, ...scope))?.[0];
  if (!key) throw new Error("`gridward key create` printed no key");
  return key;
}

/** @param {Gridward} service */
export function adminKey(service) {
  return makeKey(service, "admin");
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
