// Builds the pages `/`, `/m`, `/login` and `/overview`, and the service worker of `/m`; runs both kinds of tests.
import { createHash } from "node:crypto";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the service; the pages themselves only ever ask their own host. */
const service = process.env.GRIDWARD_URL ?? "http://127.0.0.1:8080";

/** Tells the service worker which files the page of this build is made of. */
const shellOfOffline: Plugin = {
  name: "shell-of-offline",
  enforce: "post",
  generateBundle(_, bundle) {
    const [page, worker] = [bundle["m.html"], bundle["offline.js"]];
    if (page?.type !== "asset" || worker?.type !== "chunk") throw new Error("the build lacks m.html or offline.js");
    if (worker.imports.length > 0) throw new Error("a classic service worker imports nothing");
    const html = page.source.toString();
    const files = [...new Set(html.match(/\/assets\/[^"]+/g))];
    const build = createHash("sha256").update(html).digest("hex").slice(0, 16);
    worker.code = `const BUILD = ${JSON.stringify(build)}, SHELL_FILES = ${JSON.stringify(files)};\n${worker.code}`;
  },
};

export default defineConfig({
  plugins: [shellOfOffline],
  build: {
    target: "es2022",
    // Files, not data: URLs: a content security policy can then allow nothing but the own host.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: {
        index: "index.html",
        m: "m.html",
        login: "login.html",
        overview: "overview.html",
        offline: "src/main/offline.ts",
      },
      output: {
        // Browsers ask for a service worker by the same name for ever.
        entryFileNames: ({ name }) => (name === "offline" ? "offline.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(["/v1", "/tiles", "/style.json"].map((path) => [path, service])) },
  test: {
    projects: [
      { extends: true, test: { name: "unit", environment: "happy-dom", include: ["tests/unit/**/*.test.{ts,tsx}"] } },
      {
        test: {
          name: "browser",
          environment: "node",
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000, interval: 100 } },
          // One browser and one server at a time: a map drawn in software takes a whole core.
          fileParallelism: false,
        },
      },
    ],
  },
});
