// The committed types are those of the service's own OpenAPI document.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";
import { serve } from "./gridward.mjs";

test("src/api/schema.d.ts is what `npm run schema` makes", async () => {
  const service = await serve({ demo: true });
  try {
    const made = COMMENT_HEADER + astToString(await openapiTS(new URL("/openapi.json", service.url)));
    expect(readFileSync(join(import.meta.dirname, "../../src/api/schema.d.ts"), "utf8")).toBe(made);
  } finally {
    await service.stop();
  }
});
