// Text in, values out: the parts that need no page.
import { describe, expect, test } from "vitest";
import { around } from "../../src/lib/boxes.ts";
import { formatLink, parseLink } from "../../src/lib/link.ts";
import { dialable, measure, percent } from "../../src/lib/measure.ts";
import { parsePlace, place } from "../../src/lib/place.ts";

describe("coordinates as people type them", () => {
  test.each([
    ["116.9, 30.8", 116.9, 30.8],
    ["116.9,30.8", 116.9, 30.8],
    ["116.9 30.8", 116.9, 30.8],
    ["116.9，30.8", 116.9, 30.8],
    ["１１６.９、３０.８", 116.9, 30.8],
    ["30.8, 116.9", 116.9, 30.8],
    ["116.9°E, 30.8°N", 116.9, 30.8],
    ["30.8°N 16.9°E", 16.9, 30.8],
    ["33.9 S, 18.4 E", 18.4, -33.9],
    ["-73.98, 40.75", -73.98, 40.75],
    ["116.12345678, 30.8", 116.1234568, 30.8],
  ])("%s", (text, lon, lat) => {
    expect(parsePlace(text)).toEqual({ lon, lat });
  });

  test.each(["", "116.9", "116.9, 30.8, 5", "青草镇", "116.9, 95", "181, 10", "190, 95"])("not %s", (text) => {
    expect(parsePlace(text)).toBeNull();
  });

  test("a map dragged around the world gives the same place", () => {
    expect(place(476.9, 30.8)).toEqual({ lon: 116.9, lat: 30.8 });
    expect(place(-243.1, 30.8)).toEqual({ lon: 116.9, lat: 30.8 });
    expect(place(180, 0)).toEqual({ lon: 180, lat: 0 });
  });
});

describe("the shareable link", () => {
  test("reads back what it wrote, to the last digit", () => {
    for (const link of [
      { place: { lon: 116.9000001, lat: 30.8 }, zoom: 13.2 },
      { place: { lon: -0.0000001, lat: -89.9999999 }, zoom: null },
    ]) {
      expect(parseLink(formatLink(link))).toEqual(link);
    }
  });

  test.each(["", "#", "#at=", "#at=116.9", "#at=x,y", "#z=12", "#at=200,95"])("no place in %s", (hash) => {
    expect(parseLink(hash)).toBeNull();
  });

  test("a zoom out of range is left to the map", () => {
    expect(parseLink("#at=116.9,30.8&z=99")?.zoom).toBeNull();
  });
});

test("distances get a unit and no false precision", () => {
  expect(
    [0.04, 3.42, 9.96, 23.4, 999.4, 999.6, 12_345, 123_456].map((m) => Object.values(measure(m)).join(" ")),
  ).toEqual(["0 m", "3.4 m", "10 m", "23 m", "999 m", "1.00 km", "12.3 km", "123 km"]);
});

test("shares never read as nothing", () => {
  expect([1, 0.714, 0.004, 0].map(percent)).toEqual(["100%", "71%", "<1%", "0%"]);
});

test("only a whole number can be dialled", () => {
  expect(dialable("138 0000 0000")).toBe("13800000000");
  expect(dialable("+86-556-6123456")).toBe("+865566123456");
  for (const hidden of ["138****0000", "138xxxx0000", "***", "", null, undefined]) expect(dialable(hidden)).toBeNull();
});

test("the whole lies beside the panel where there is room, also on a phone held sideways", () => {
  expect(around(1280, 800).left).toBeGreaterThan(400);
  expect(around(740, 360).left).toBeGreaterThan(400);
  expect(around(768, 1024).left).toBe(16);
  expect(around(390, 844).left).toBe(16);
});
