// Where somebody is led after signing in: on this host, whatever the address says.
import { expect, test } from "vitest";
import { wayBack } from "../../src/lib/back.ts";

const here = "https://town.example:8443";

test("addresses of this host are kept, with query and fragment", () => {
  expect(wayBack("/m?a=1#16/30.8/116.9", here)).toBe("/m?a=1#16/30.8/116.9");
  expect(wayBack("/", here)).toBe("/");
});

test("everything else leads to the map", () => {
  for (const next of [
    null,
    "",
    "m",
    "https://evil.example/",
    "//evil.example/m",
    "/\\evil.example",
    "javascript:alert(1)",
  ]) {
    expect(wayBack(next, here)).toBe("/");
  }
});
