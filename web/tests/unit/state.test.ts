// Questions and answers without a page: which answer counts, and what a refused position leads to.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, ask, forget, placeOf } from "../../src/state/answer.ts";
import { locateMe, point, position } from "../../src/state/position.ts";
import { inside } from "./answers.ts";

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const at = (lon: number) => ({ place: { lon, lat: 30.8 } });

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
});

afterEach(() => {
  vi.unstubAllGlobals();
  forget();
});

test("a later question makes an earlier answer void", async () => {
  const replies: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((reply) => replies.push(reply)));
  const first = ask(at(1));
  const second = ask(at(2));
  replies[1]?.(json({ ...inside, edition: "second" }));
  await second;
  replies[0]?.(json({ ...inside, edition: "first" }));
  await first;
  expect(answer.value).toMatchObject({ state: "answered", query: at(2), answer: { edition: "second" } });
});

test("the service's problem is kept, and silence told apart from it", async () => {
  vi.stubGlobal("fetch", async () => json({ title: "no such place", status: 400 }, 400));
  await ask(at(1));
  expect(answer.value).toMatchObject({ state: "failed", problem: { title: "no such place" } });
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("network");
  });
  await ask(at(1));
  expect(answer.value).toMatchObject({ state: "failed", problem: null });
});

test("asks with the position's accuracy, and no more of it than the service takes", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return json(inside);
  });
  const coords = { longitude: 116.9, latitude: 30.8, accuracy: 0.2 };
  grant((found) => found({ coords }));
  await locateMe();
  coords.accuracy = 250_000;
  await locateMe();
  expect(asked).toEqual(["/v1/locate?lon=116.9&lat=30.8&accuracy=1", "/v1/locate?lon=116.9&lat=30.8&accuracy=100000"]);
  expect(position.value).toEqual({ from: "device", accuracyM: 250_000 });
});

test.each([
  [1, "refused"],
  [2, "unavailable"],
  [3, "timeout"],
])("error %i of the browser is said as %s", async (code, why) => {
  grant((_, failed) => failed({ code, PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 }));
  await locateMe();
  expect(position.value).toEqual({ from: "failure", why });
});

test("says that the page is insecure rather than that the reader refused", async () => {
  vi.stubGlobal("isSecureContext", false);
  await locateMe();
  expect(position.value).toEqual({ from: "failure", why: "insecure" });
});

test("a place chosen meanwhile counts more than a position that comes late", async () => {
  vi.stubGlobal("fetch", async () => json(inside));
  let arrive = (): void => {};
  grant((found) => {
    arrive = () => found({ coords: { longitude: 1, latitude: 1, accuracy: 5 } });
  });
  const late = locateMe();
  point({ lon: 116.9, lat: 30.8 });
  arrive();
  await late;
  expect(position.value).toEqual({ from: "map" });
  expect(placeOf(answer.value)).toEqual({ lon: 116.9, lat: 30.8 });
});

type Ask = (found: (position: unknown) => void, failed: (error: unknown) => void) => void;

function grant(getCurrentPosition: Ask): void {
  vi.stubGlobal("navigator", { geolocation: { getCurrentPosition } });
}
