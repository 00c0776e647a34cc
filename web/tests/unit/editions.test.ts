// The panel of the editions without a page: keys, standings, reports, changes, uploads and jobs.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "../../src/api/client.ts";
import type { Edition, FoundProblem, Job } from "../../src/api/types.ts";
import { form } from "../../src/api/upload.ts";
import { boxAround, joined } from "../../src/lib/boxes.ts";
import { isPart } from "../../src/lib/shapefile.ts";
import { changesOf } from "../../src/state/editions/changes.ts";
import { before, list, repairedName, since, standing, usuallyBefore } from "../../src/state/editions/list.ts";
import {
  choose,
  chosen,
  counts,
  groups,
  reported,
  shownSeverities,
  step,
  toggle,
} from "../../src/state/editions/report.ts";
import { heed, keyNow, session, signIn, signInAgain, signOut } from "../../src/state/editions/session.ts";
import { flight } from "../../src/state/editions/stage.ts";
import { cancel, publish, resume, work } from "../../src/state/editions/work.ts";
import { keep } from "../../src/state/key.ts";

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const refusal = { type: "urn:gridward:problem:unauthenticated", title: "密钥 · key", status: 401 };

beforeEach(() => {
  sessionStorage.clear();
  signOut();
  work.value = { state: "none" };
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a key", () => {
  test("is tried, kept for the tab, and sent as Authorization", async () => {
    const asked: [string, RequestInit | undefined][] = [];
    vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
      asked.push([url, init]);
      return json({ jobs: [] });
    });
    await signIn("  gw_a_b \n");
    expect(asked[0]?.[0]).toBe("/v1/jobs");
    expect(asked[0]?.[1]?.headers).toMatchObject({ authorization: "Bearer gw_a_b" });
    expect([keyNow(), sessionStorage.getItem("gridward.key"), localStorage.getItem("gridward.key")]).toEqual([
      "gw_a_b",
      "gw_a_b",
      null,
    ]);
    signOut();
    expect([keyNow(), sessionStorage.getItem("gridward.key")]).toEqual([null, null]);
  });

  test("that is wrong or revoked is forgotten and said", async () => {
    vi.stubGlobal("fetch", async () => json(refusal, 401));
    keep("gw_old");
    await signInAgain();
    expect(session.value).toMatchObject({ state: "refused", problem: { status: 401 } });
    expect(sessionStorage.getItem("gridward.key")).toBeNull();
  });

  test("is not forgotten because the service is silent", async () => {
    vi.stubGlobal("fetch", async () => json({ jobs: [] }));
    await signIn("gw_a_b");
    expect(heed(new Failure(null))).toBeNull();
    expect(heed(new Failure({ ...refusal, status: 503 }))?.status).toBe(503);
    expect(keyNow()).toBe("gw_a_b");
    heed(new Failure(refusal));
    expect(keyNow()).toBeNull();
  });
});

const edition = (name: string, more: Partial<Edition> = {}): Edition => ({
  name,
  state: "published",
  source: "town.zip",
  created_at: "2026-01-01T00:00:00Z",
  accepted: [],
  grids: { tier1: 1, tier2: 2, tier3: 3 },
  bounds: [1, 2, 3, 4],
  in_force: false,
  publications: [],
  ...more,
});
const from = (time: string) => ({ in_force_from: time, recorded_at: time });

test("an edition's standing and the moment it is about", () => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  vi.useFakeTimers({ now });
  const draft = edition("d", { state: "draft" });
  const past = edition("p", { publications: [from("2026-01-02T00:00:00Z"), from("2026-03-01T00:00:00Z")] });
  const coming = edition("c", { publications: [from("2026-09-01T00:00:00Z")] });
  const current = edition("n", { in_force: true, publications: [from("2026-05-01T00:00:00Z")] });
  expect([draft, past, coming, current].map((one) => [standing(one, now), since(one, now)])).toEqual([
    ["draft", "2026-01-01T00:00:00Z"],
    ["past", "2026-03-01T00:00:00Z"],
    ["scheduled", "2026-09-01T00:00:00Z"],
    ["in_force", "2026-05-01T00:00:00Z"],
  ]);
  list.value = { state: "loaded", editions: [current, past, coming, draft] };
  expect(before.value?.name).toBe("p");
});

test("an edition that was taken back neither comes nor was in force", () => {
  const day = (number: number) => `2026-06-${String(number).padStart(2, "0")}T00:00:00Z`;
  const at = (number: number, recorded: number) => ({ in_force_from: day(number), recorded_at: day(recorded) });
  const first = edition("first", { publications: [at(1, 1)] });
  const current = edition("current", { in_force: true, publications: [at(2, 2), at(10, 4)] });
  const withdrawn = edition("withdrawn", { publications: [at(10, 3)] });
  for (const now of [day(5), day(12)].map((time) => Date.parse(time))) {
    vi.useFakeTimers({ now });
    list.value = { state: "loaded", editions: [withdrawn, current, first] };
    expect([standing(withdrawn, now), since(withdrawn, now)]).toEqual(["withdrawn", withdrawn.created_at]);
    expect(standing(current, now)).toBe("in_force");
    expect(before.value?.name).toBe("first");
  }
});

test("an edition is compared with what it replaced, or would replace", () => {
  const on = (day: string) => [{ in_force_from: `${day}T00:00:00Z`, recorded_at: `${day}T00:00:00Z` }];
  const [draft, current] = [edition("draft"), edition("current", { in_force: true, publications: on("2026-05-01") })];
  const [last, first] = [
    edition("last", { publications: on("2026-04-01") }),
    edition("first", { publications: on("2026-03-01") }),
  ];
  list.value = { state: "loaded", editions: [draft, current, first, last] };
  expect([current, draft, last].map((one) => usuallyBefore(one)?.name)).toEqual(["last", "current", "current"]);
  list.value = { state: "loaded", editions: [draft, current] };
  expect(usuallyBefore(current)).toBeUndefined();
});

test("a repaired draft gets a name that is free", () => {
  list.value = { state: "loaded", editions: [edition("a"), edition("a-repaired")] };
  expect(["a", "a-repaired", "b"].map(repairedName)).toEqual(["a-repaired-2", "a-repaired-2", "b-repaired"]);
});

const problem = (code: string, severity: "error" | "warning", more: Partial<FoundProblem> = {}): FoundProblem => ({
  code,
  severity,
  grids: ["a"],
  message: code,
  ...more,
});

describe("a report", () => {
  const problems = [
    problem("gap", "warning", { measure: { area_m2: 5 }, place: [1, 2] }),
    problem("overlap", "error", { measure: { area_m2: 1 } }),
    problem("overlap", "error", {
      measure: { area_m2: 9 },
      outline: [
        [
          [3, 3],
          [4, 3],
          [4, 5],
          [3, 3],
        ],
      ],
    }),
  ];

  beforeEach(() => {
    chosen.value = null;
    flight.value = null;
    shownSeverities.value = new Set(["error", "warning"]);
    reported.value = {
      state: "loaded",
      report: {
        problems,
        repairs: [],
        names: {},
        notes: [],
        counts: { errors: 2, warnings: 1, repairs: 0, codes: {} },
      },
    };
  });

  test("is grouped by code, errors first, the largest first", () => {
    expect(groups.value.map(({ code, places, areaM2 }) => [code, places, areaM2])).toEqual([
      ["overlap", [2, 1], 10],
      ["gap", [0], 5],
    ]);
    expect(counts.value).toEqual({ error: 2, warning: 1 });
  });

  test("is walked in the order of the list, as far as it is shown", () => {
    step(1);
    expect([chosen.value, flight.value]).toEqual([2, [3, 3, 4, 5]]);
    step(1);
    step(1);
    expect([chosen.value, flight.value]).toEqual([0, [1, 2, 1, 2]]);
    step(1);
    expect(chosen.value).toBe(0);
    toggle("warning");
    step(-1);
    expect(chosen.value).toBe(1);
    choose(99);
    expect(chosen.value).toBe(1);
  });
});

test("a comparison becomes one list", () => {
  const base = { tier: 3 as const, bbox: [1, 2, 3, 4] };
  const comparison: Parameters<typeof changesOf>[0] = {
    added: [{ ...base, code: "n", name: "新", area_km2: 2, out_of: [{ code: "o", name: "旧", share: 1 }] }],
    removed: [],
    recoded: [{ tier: 2, from: "x", to: "y", name: "片" }],
    renamed: [{ tier: 3, code: "r", from: "甲", to: "乙" }],
    reparented: [{ ...base, code: "p", name: "丙", from: "1", to: null }],
    moved: [{ ...base, code: "m", name: "丁", gained_km2: 0.5, lost_km2: 0, gained_percent: 12.5, lost_percent: 0 }],
  };
  expect(changesOf(comparison)).toEqual([
    {
      kind: "added",
      tier: 3,
      name: "新",
      codes: ["n"],
      box: [1, 2, 3, 4],
      areaM2: 2e6,
      others: [{ name: "旧", share: 1 }],
    },
    { kind: "recoded", tier: 2, name: "片", codes: ["x", "y"], box: null },
    { kind: "renamed", tier: 3, name: "乙", codes: ["r"], box: null, was: "甲", is: "乙" },
    { kind: "reparented", tier: 3, name: "丙", codes: ["p"], box: [1, 2, 3, 4], was: "1", is: "" },
    { kind: "moved", tier: 3, name: "丁", codes: ["m"], box: [1, 2, 3, 4], gainedM2: 5e5, lostM2: 0, share: 0.125 },
  ]);
});

test("an upload says the tier of each file that has grids, and leaves out what nobody filled in", () => {
  const file = (name: string): File => new File(["x"], name);
  const files = [
    { file: file("村.shp"), tier: 1 as const },
    { file: file("村.DBF"), tier: null },
    { file: file("组.geojson"), tier: 3 as const },
  ];
  const options = { edition: " 2026-01 ", code: "", name: "名称", parent: "", crs: "", encoding: "GBK" };
  const made = { repair: true, toleranceM: 0.25, dissolve: true, parentName: " 片区 " };
  const data = form(files, { ...options, ...made });
  expect([...data].map(([name, value]) => [name, value instanceof File ? value.name : value])).toEqual([
    ["edition", "2026-01"],
    ["name", "名称"],
    ["encoding", "GBK"],
    ["tier", "1,3"],
    ["repair", "true"],
    ["tolerance_m", "0.25"],
    ["dissolve", "true"],
    ["parent_name", "片区"],
    ["file", "村.shp"],
    ["file", "村.DBF"],
    ["file", "组.geojson"],
  ]);
  const plain = form([{ file: file("a.zip"), tier: null }], { ...options, ...made, repair: false, dissolve: false });
  expect([...plain.keys()]).toEqual(["edition", "name", "encoding", "file"]);
  expect(isPart("a.dbf", ["a.dbf"])).toBe(false);
});

describe("a job", () => {
  const job = (more: Partial<Job>): Job => ({
    id: "j1",
    kind: "publish",
    state: "running",
    stage: "storing",
    progress: 0.5,
    edition: "2026-01",
    created_at: "",
    updated_at: "",
    cancel_requested: false,
    ...more,
  });

  /** Answers each path with the next of its answers, the last again and again. */
  function service(answers: Record<string, Response[]>): string[] {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
      const call = `${init?.method ?? "GET"} ${url}`;
      asked.push(call);
      const left = answers[call] ?? [json({ jobs: [], editions: [] })];
      return (left.length > 1 ? left.shift() : left[0])?.clone() ?? json({}, 404);
    });
    return asked;
  }

  beforeEach(() => vi.useFakeTimers());

  test("is followed to its end, through moments of silence", async () => {
    const asked = service({
      "POST /v1/editions/2026-01/publish": [json(job({ progress: 0 }), 202)],
      "GET /v1/jobs/j1": [json(job({})), json({}, 503), json(job({ state: "done" }))],
    });
    await signIn("gw_a_b");
    const ended = publish("2026-01", { allow: ["overlap"], confirm: true });
    await vi.advanceTimersByTimeAsync(500);
    expect(work.value).toMatchObject({ state: "running", job: { progress: 0.5 } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(await ended).toBe("2026-01");
    expect(work.value.state).toBe("done");
    expect(asked).toContain("GET /v1/editions");
    expect(asked).toContain("GET /tiles/grids.json");
  });

  test("that fails shows its problem, and one that was cancelled says so", async () => {
    const fault = { ...refusal, status: 422, errors: [{ field: "a.shp feature 3", message: "no code" }] };
    service({ "GET /v1/jobs/j1": [json(job({ state: "failed", problem: fault }))] });
    await signIn("gw_a_b");
    const failed = resume([job({ kind: "import" })]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await failed).toBeNull();
    expect(work.value).toMatchObject({ state: "failed", purpose: "import", problem: fault });

    const asked = service({ "GET /v1/jobs/j1": [json(job({})), json(job({ state: "cancelled" }))] });
    const cancelled = resume([job({ kind: "repair" })]);
    await vi.advanceTimersByTimeAsync(100);
    await cancel();
    expect(work.value).toMatchObject({ state: "running", ending: true });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await cancelled).toBeNull();
    expect(work.value).toEqual({ state: "cancelled", purpose: "repair" });
    expect(asked).toContain("DELETE /v1/jobs/j1");
  });
});

test("boxes hold every position, however deep it lies", () => {
  expect(boxAround([[[[1, 5]], [[3, 2]]], [[[-4, 0]]]])).toEqual([-4, 0, 3, 5]);
  expect(boxAround([])).toBeNull();
  expect(joined([null, [1, 1, 2, 2], [0, 3, 1, 4]])).toEqual([0, 1, 2, 4]);
});
