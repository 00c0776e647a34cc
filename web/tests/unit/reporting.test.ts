// The parts of reporting on the phone that need no service.
import { expect, test, vi } from "vitest";
import type { ReportDetail } from "../../src/api/types.ts";
import { deadlineOf } from "../../src/lib/days.ts";
import { fitted, isHeic } from "../../src/lib/photo.ts";
import { keepArrived, stale } from "../../src/state/mobile/sent.ts";
import { inOrder } from "../../src/state/mobile/staff.ts";
import { parseFollow } from "../../src/state/mobile/view.ts";
import { dueText } from "../../src/ui/deadline.ts";
import { holderOf } from "../../src/ui/holder.ts";
import { holderName } from "../../src/ui/mobile/Story.tsx";
import { saidIn } from "../../src/ui/said.ts";

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

test("whoever has a report is told together: the level, its grid, and who is called there", () => {
  const assignment = {
    level: "tier3",
    grids: [
      { tier: 1, code: "11", name: "甲村" },
      { tier: 3, code: "110101", name: "桥头组" },
    ],
    party_group: "桥头党小组",
    leader: { name: "李某", phone: "139****5678", deputy: false },
  };
  const report = (level: string, holder?: unknown) => ({ level, assignment, holder }) as unknown as ReportDetail;
  expect(holderOf(report("tier3"))).toMatchObject({ grid: { name: "桥头组" }, leader: { name: "李某" } });
  // Passed up: whom the decision called is not who has it now.
  expect(holderOf(report("tier1"))).toEqual({
    level: "tier1",
    grid: assignment.grids[0],
    party_group: null,
    leader: null,
  });
  const told = { level: "tier1", grid: assignment.grids[0], party_group: null, leader: { name: "王某" } };
  expect(holderOf(report("tier1", told))).toEqual(told);
  expect([holderName(report("tier3")), holderName(report("tier1")), holderName(report("town"))]).toEqual([
    "桥头党小组",
    "甲村",
    "镇级网格办",
  ]);
});

test("a report without words says so in the reader's language alone", () => {
  expect(saidIn({ description: "（无说明 · no description）" })).toBe("（无说明）");
  expect(saidIn({ description: "路灯不亮 · lamp" })).toBe("路灯不亮 · lamp");
});

test("links that follow a report", () => {
  const token = "a".repeat(43);
  expect(parseFollow(`#follow=261125-7k3m9qxw2f4p.${token}`)).toEqual({ id: "261125-7k3m9qxw2f4p", token });
  for (const wrong of ["", "#mine", "#follow=", `#follow=7k3m9qxw2f4p.${token}`, "#follow=261125-7k3m9qxw2f4p.x"]) {
    expect(parseFollow(wrong)).toBeNull();
  }
});

test("a deadline at midnight is told as the day that it ends, wherever the reader is", () => {
  expect(deadlineOf("2026-11-27T16:00:00Z")).toEqual({ day: "2026-11-27", minute: null });
  expect(deadlineOf("2026-11-28T00:00:00+08:00")).toEqual({ day: "2026-11-27", minute: null });
  expect(deadlineOf("2026-11-27T06:30:00Z")).toEqual({ day: "2026-11-27", minute: "14:30" });
  expect(dueText({ due_at: "2026-11-28T00:00:00+08:00" })).toBe("期限：11月27日周五");
  expect(dueText({ due_at: "2026-11-28T14:30:00+08:00" })).toBe("期限：11月28日周六 14:30");
  const due_at = "2026-11-28T00:00:00+08:00";
  expect(dueText({ due_at, overdue_since: due_at })).toBe("已超期，期限是11月27日周五");
  expect(dueText({})).toBeNull();
});

test("a report that has arrived shows that there is a network", async () => {
  const fetch = vi.fn(async () => new Response("{}"));
  vi.stubGlobal("fetch", fetch);
  stale.value = true;
  await keepArrived({ id: "261125-7k3m9qxw2f4p", token: "a".repeat(43), report: null, gone: false });
  expect(stale.value).toBe(false);
  // How it stands, and all others, is asked anew.
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  vi.unstubAllGlobals();
});

test("what one can do something about comes first, of that what is late, then what is due soonest", () => {
  const report = (id: string, due_at: string | null, overdue_since: string | null = null, actions = ["accept"]) =>
    ({ id, due_at, overdue_since, actions, created_at: "2026-11-25T00:00:00Z" }) as unknown as ReportDetail;
  const found = [
    report("with those above", "2026-11-26T00:00:00Z", "2026-11-26T00:00:00Z", []),
    report("without", null),
    report("later", "2026-11-28T00:00:00Z"),
    report("soon", "2026-11-26T00:00:00Z"),
    report("late", "2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z"),
  ];
  expect(inOrder(found).map(({ id }) => id)).toEqual(["late", "soon", "later", "without", "with those above"]);
});
