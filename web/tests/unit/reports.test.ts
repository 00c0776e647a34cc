// Reports without a page: the stream, the filter, the list as it changes, links, and one's own report sent once.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ReportDetail } from "../../src/api/types.ts";
import { formatReportLink, parseLink, parseReportLink } from "../../src/lib/link.ts";
import { COLOURS, SHAPES } from "../../src/lib/marks.ts";
import { eventReader } from "../../src/lib/sse.ts";
import { answer } from "../../src/state/answer.ts";
import { desk } from "../../src/state/desk.ts";
import { kept } from "../../src/state/key.ts";
import { draft, send, unsent, write } from "../../src/state/reports/draft.ts";
import { filter, isVoid, matches, narrowed, queryOf, START } from "../../src/state/reports/filter.ts";
import { fold, fresh, list, load, loaded, look, newcomer, refresh } from "../../src/state/reports/list.ts";
import { closePanel, openList, openNew, openReport, page } from "../../src/state/reports/page.ts";
import { draftNote, refused, shown, take } from "../../src/state/reports/report.ts";
import { heed, keyNow, session, signIn, signOut } from "../../src/state/reports/session.ts";

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const problem = (status: number) => ({ type: "urn:gridward:problem:x", title: "不行 · no", status });

let number = 0;

function report(part: Partial<ReportDetail> = {}): ReportDetail {
  number += 1;
  const at = new Date(Date.UTC(2026, 10, 25, 8, 0, number)).toISOString();
  const grids = [
    { tier: 1, code: "11", name: "甲村" },
    { tier: 2, code: "1101", name: "甲村第一网格" },
    { tier: 3, code: "110101", name: "桥头组" },
  ];
  return {
    id: `261125-${String(number).padStart(12, "0")}`,
    created_at: at,
    updated_at: at,
    version: 1,
    status: "reported",
    level: "tier3",
    grid: "110101",
    category: "sanitation",
    description: "路边垃圾",
    lon: 116.9,
    lat: 30.8,
    assignment: { grids } as unknown as ReportDetail["assignment"],
    ...part,
  };
}

/** Answers by path, and keeps what was asked. */
function service(answers: (url: URL, init: RequestInit | undefined) => Response) {
  const asked: { url: URL; init: RequestInit | undefined }[] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    const url = new URL(path, "http://town.test");
    asked.push({ url, init });
    return answers(url, init);
  });
  return asked;
}

beforeEach(() => {
  signOut();
  filter.value = START;
  draft.value = { category: "", description: "", name: "", phone: "" };
  unsent.value = null;
});

afterEach(() => {
  closePanel();
  signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a stream of events", () => {
  const stream =
    'id: 7\r\nevent: report.accept\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: heartbeat\n\ndata: x\n\nid: 9\n\nevent: e\ndata\n\n';
  const whole = [
    { id: "7", event: "report.accept", data: '{"a":\n1}' },
    { id: "7", event: "message", data: "x" },
    { id: "9", event: "e", data: "" },
  ];

  test("is read the same wherever it is cut", () => {
    expect(eventReader()(stream)).toEqual(whole);
    for (let at = 1; at < stream.length; at++) {
      const read = eventReader();
      expect([...read(stream.slice(0, at)), ...read(stream.slice(at))], `cut at ${at}`).toEqual(whole);
    }
    const read = eventReader();
    expect([...stream].flatMap((char) => read(char))).toEqual(whole);
  });

  test("gives nothing of an event that is cut off", () => {
    expect(eventReader()("id: 1\ndata: half")).toEqual([]);
  });
});

test("a link leads to a report, with the token of whoever sent it", () => {
  for (const link of [
    { id: "261125-7k3m9qxw2f4p", token: null },
    { id: "261125-7k3m9qxw2f4p", token: "a b&c" },
  ]) {
    expect(parseReportLink(formatReportLink(link))).toEqual(link);
  }
  for (const hash of ["", "#at=116.9,30.8"]) expect(parseReportLink(hash)).toBeNull();
  for (const hash of ["#report=", "#report=<script>", "#report=a%00b&token=x", `#report=${"a".repeat(41)}`]) {
    expect(parseReportLink(hash)).toEqual({ id: "", token: null });
  }
  expect(parseLink("#report=261125-7k3m9qxw2f4p")).toBeNull();
});

describe("a filter", () => {
  test("asks the service what it shows itself", () => {
    expect(queryOf(START).toString()).toBe("status=reported%2Caccepted%2Cresolved");
    const narrow = {
      ...START,
      statuses: new Set(["closed"] as const),
      levels: new Set(["town", "tier1"] as const),
      category: "fire",
      grid: { code: "11", name: "甲村" },
      overdue: true,
      since: "2026-11-01",
      until: "2026-11-25",
      text: "  垃圾 ",
    };
    const asked = Object.fromEntries(queryOf(narrow));
    expect(asked).toEqual({
      status: "closed",
      level: "town,tier1",
      category: "fire",
      grid: "11",
      overdue: "true",
      since: new Date(2026, 10, 1).toISOString(),
      // The last day is in it.
      until: new Date(2026, 10, 26).toISOString(),
      q: "垃圾",
    });
    expect(narrowed(START)).toBe(0);
    expect(narrowed(narrow)).toBe(6);
    expect(isVoid({ ...START, statuses: new Set() })).toBe(true);
  });

  test("judges what comes in as the service would", () => {
    const one = report({ created_at: new Date(2026, 10, 25, 23, 59).toISOString() });
    const yes = (part: Partial<typeof START>) => matches({ ...START, ...part }, one);
    expect(yes({})).toBe(true);
    expect([yes({ statuses: new Set(["closed"]) }), yes({ levels: new Set(["town"]) })]).toEqual([false, false]);
    expect([yes({ category: "sanitation" }), yes({ category: "fire" })]).toEqual([true, false]);
    expect([yes({ grid: { code: "1101", name: "" } }), yes({ grid: { code: "12", name: "" } })]).toEqual([true, false]);
    expect([yes({ overdue: true }), matches({ ...START, overdue: true }, { ...one, overdue_since: "x" })]).toEqual([
      false,
      true,
    ]);
    expect([yes({ since: "2026-11-25" }), yes({ since: "2026-11-26" })]).toEqual([true, false]);
    expect([yes({ until: "2026-11-25" }), yes({ until: "2026-11-24" })]).toEqual([true, false]);
    expect([yes({ text: "垃圾" }), yes({ text: one.id.slice(-4) }), yes({ text: "火" })]).toEqual([true, true, false]);
  });
});

describe("the key of the tab", () => {
  test("opens the list, and a key that may not read reports is kept for other panels", async () => {
    const asked = service(() => json({ reports: [], next: null }));
    await signIn(" gw_a_b ");
    expect([keyNow(), kept.value]).toEqual(["gw_a_b", "gw_a_b"]);
    expect(asked[0]?.init?.headers).toMatchObject({ authorization: "Bearer gw_a_b" });
    service(() => json(problem(403), 403));
    await signIn("gw_viewer");
    expect([session.value.state, kept.value]).toEqual(["refused", "gw_a_b"]);
    service(() => json(problem(401), 401));
    await signIn("gw_wrong");
    expect([session.value.state, kept.value, list.value.state]).toEqual(["refused", null, "none"]);
  });
});

describe("the list", () => {
  const [a, b] = [report(), report()];

  async function signedIn(reports: ReportDetail[], next: string | null = null) {
    const asked = service(({ searchParams }) =>
      json(searchParams.get("cursor") ? { reports: [], next: null } : { reports, next }),
    );
    await signIn("gw_a_b");
    await load();
    return asked;
  }

  test("goes on until the map has enough", async () => {
    const asked = await signedIn([b, a], "more");
    expect(loaded.value.map(({ id }) => id)).toEqual([b.id, a.id]);
    expect(asked.at(-1)?.url.searchParams.get("cursor")).toBe("more");
    expect(list.value).toMatchObject({ state: "loaded", next: null });
  });

  test("takes in what is new and what changed, and lets go of what does not match", async () => {
    await signedIn([b, a]);
    const c = report();
    fold([c, { ...a, version: 2, status: "accepted" }, { ...b, version: 3, status: "closed" }]);
    expect(loaded.value.map(({ id, status }) => [id, status])).toEqual([
      [c.id, "reported"],
      [a.id, "accepted"],
    ]);
    expect([...fresh.value]).toEqual([c.id]);
    expect(newcomer.value?.id).toBe(c.id);
    // An answer that was overtaken changes nothing.
    fold([a]);
    expect(loaded.value.at(-1)?.version).toBe(2);
    // An old one that matches again is nothing new.
    newcomer.value = null;
    fold([{ ...b, version: 4, status: "accepted" }]);
    expect([loaded.value.length, newcomer.value]).toEqual([3, null]);
  });

  test("looks up the few that changed, and asks anew for many", async () => {
    await signedIn([b, a]);
    const asked = service(({ pathname }) =>
      pathname.endsWith(a.id) ? json({ ...a, version: 2 }) : json(problem(404), 404),
    );
    await refresh(new Set([a.id, b.id]));
    expect(loaded.value.map(({ id, version }) => [id, version])).toEqual([[a.id, 2]]);
    expect(asked.map(({ url }) => url.pathname)).toEqual([`/v1/reports/${a.id}`, `/v1/reports/${b.id}`]);
    const many = service(() => json({ reports: [a, b], next: null }));
    await refresh(new Set(Array.from({ length: 21 }, (_, at) => String(at))));
    expect(many.map(({ url }) => url.pathname)).toEqual(["/v1/reports"]);
  });

  test("notices without being told", async () => {
    await signedIn([b, a]);
    const c = report();
    service(() => json({ reports: [c, a], next: null }));
    await look();
    expect(loaded.value.map(({ id }) => id)).toEqual([c.id, a.id]);
    expect(newcomer.value?.id).toBe(c.id);
  });

  test("is empty at once for whoever signs out", async () => {
    await signedIn([b, a]);
    signOut();
    expect([list.value.state, loaded.value, fresh.value.size]).toEqual(["none", [], 0]);
  });
});

describe("the page of a report", () => {
  const one = report();

  async function opened(act: (init: RequestInit | undefined) => Response) {
    let version = 1;
    const asked = service(({ pathname }, init) => {
      if (init?.method === "POST") {
        version = 2;
        return act(init);
      }
      return pathname === "/v1/reports"
        ? json({ reports: [], next: null })
        : json({ ...one, version, actions: ["accept"] });
    });
    await signIn("gw_a_b");
    openReport(one.id);
    await vi.waitFor(() => expect(shown.value.state).toBe("loaded"));
    return asked;
  }

  test("takes a step with the version that is seen", async () => {
    const asked = await opened(() => json({ ...one, version: 2 }));
    expect(await take("accept", { note: "收到" })).toBe(true);
    const sent = asked.find(({ init }) => init?.method === "POST");
    expect(sent?.url.pathname).toBe(`/v1/reports/${one.id}/accept`);
    expect(sent?.init?.headers).toMatchObject({ "if-match": '"1"' });
    expect(sent?.init?.body).toBe('{"note":"收到"}');
    expect(shown.value).toMatchObject({ state: "loaded", report: { version: 2 } });
  });

  test("shows how it stands when somebody else was quicker, and keeps the note", async () => {
    await opened(() => json(problem(412), 412));
    expect(await take("accept", { note: "收到" })).toBe(false);
    expect(refused.value).toMatchObject({ changed: true });
    expect(draftNote.value).toBe("收到");
    expect(shown.value).toMatchObject({ state: "loaded", report: { version: 2 } });
    openList();
    expect([refused.value, draftNote.value, shown.value.state]).toEqual([null, "", "none"]);
  });

  test("asks with a token where there is one, and for nothing without any", async () => {
    const asked = service(() => json(one));
    openReport(one.id);
    expect([shown.value.state, asked.length]).toEqual(["loading", 0]);
    openReport(one.id, "secret");
    await vi.waitFor(() => expect(shown.value.state).toBe("loaded"));
    expect(asked.map(({ url }) => url.search)).toEqual(["?token=secret"]);
  });

  test("asks nobody about a link that names none", () => {
    const asked = service(() => json(one));
    openReport("");
    expect([shown.value.state, asked.length]).toEqual(["unknown", 0]);
  });

  test("a key that was revoked meanwhile is asked for again", async () => {
    await opened(() => json(problem(401), 401));
    expect(await take("accept", {})).toBe(false);
    expect([session.value.state, kept.value]).toEqual(["refused", null]);
    expect(heed(new Error("other"))).toBeNull();
  });
});

describe("a report of one's own", () => {
  test("is sent again under the same key, and a changed one under another", async () => {
    answer.value = { state: "asking", query: { place: { lon: 116.9, lat: 30.8 } } };
    let works = false;
    const asked = service(({ pathname }) => {
      if (pathname !== "/v1/reports") return json({});
      return works ? json(report({ token: "t" }), 201) : json(problem(503), 503);
    });
    const keys = () =>
      asked.flatMap(({ init }) => ((init?.headers ?? {}) as Record<string, string>)["idempotency-key"] ?? []);
    write({ category: "fire", description: " 着火 ", name: "王某" });
    await send();
    await send();
    expect(unsent.value?.problem?.status).toBe(503);
    write({ description: "着火了" });
    await send();
    works = true;
    await send();
    expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys()[1]).toBe(keys()[0]);
    expect(keys()[2]).not.toBe(keys()[0]);
    expect(keys()[3]).toBe(keys()[2]);
    const body = JSON.parse(String(asked.filter(({ url }) => url.pathname === "/v1/reports")[0]?.init?.body));
    expect(body).toEqual({
      category: "fire",
      description: "着火",
      lon: 116.9,
      lat: 30.8,
      source: "map",
      reporter: { name: "王某" },
    });
    expect(page.value).toMatchObject({ at: "sent", report: { token: "t" } });
    expect(draft.value.description).toBe("");
  });

  test("waits for a place", () => {
    service(() => json({}));
    openNew(null);
    expect([desk.value, page.value.at, answer.value.state]).toEqual(["reports", "new", "none"]);
    openNew({ lon: 116.9, lat: 30.8 });
    expect(answer.value).toMatchObject({ state: "asking", query: { place: { lon: 116.9, lat: 30.8 } } });
  });
});

test("every state has a colour and every level a shape of its own", () => {
  expect(new Set(Object.values(COLOURS)).size).toBe(6);
  expect(new Set(Object.values(SHAPES)).size).toBe(4);
});
