// Builds the pages `/`, `/m`, `/login` and `/overview`, and runs both kinds of tests.
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the service; the pages themselves only ever ask their own host. */
const service = process.env.GRIDWARD_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  build: {
    target: "es2022",
    // Files, not data: URLs: a content security policy can then allow nothing but the own host.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: ["index.html", "m.html", "login.html", "overview.html"] },
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
