// The parts of reporting on the phone that need no service.
import { expect, test } from "vitest";
import type { ReportDetail } from "../../src/api/types.ts";
import { fitted, isHeic } from "../../src/lib/photo.ts";
import { inOrder } from "../../src/state/mobile/staff.ts";
import { parseFollow } from "../../src/state/mobile/view.ts";

test("photos fit the side and never grow", () => {
  expect(fitted(4000, 3000)).toEqual({ width: 2048, height: 1536 });
  expect(fitted(800, 600)).toEqual({ width: 800, height: 600 });
  expect(fitted(5000, 1)).toEqual({ width: 2048, height: 1 });
});

test("HEIC is known by its type or its name", () => {
  expect(isHeic({ type: "image/heic", name: "a" })).toBe(true);
  expect(isHeic({ type: "", name: "IMG_1.HEIC" })).toBe(true);
  expect(isHeic({ type: "image/jpeg", name: "heic.jpg" })).toBe(false);
});

test("links that follow a report", () => {
  const token = "a".repeat(43);
  expect(parseFollow(`#follow=261125-7k3m9qxw2f4p.${token}`)).toEqual({ id: "261125-7k3m9qxw2f4p", token });
  for (const wrong of ["", "#mine", "#follow=", `#follow=7k3m9qxw2f4p.${token}`, "#follow=261125-7k3m9qxw2f4p.x"]) {
    expect(parseFollow(wrong)).toBeNull();
  }
});

test("what is late comes first, then what is due soonest", () => {
  const report = (id: string, due_at: string | null, overdue_since: string | null = null) =>
    ({ id, due_at, overdue_since, created_at: "2026-11-25T00:00:00Z" }) as unknown as ReportDetail;
  const found = [
    report("without", null),
    report("later", "2026-11-28T00:00:00Z"),
    report("soon", "2026-11-26T00:00:00Z"),
    report("late", "2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z"),
  ];
  expect(inOrder(found).map(({ id }) => id)).toEqual(["late", "soon", "later", "without"]);
});
