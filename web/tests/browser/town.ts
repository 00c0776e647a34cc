// The town that a file of tests works in: the real service with the demo, a browser, and every page that is opened there. After
// each test its pages are closed, and none may have noted a fault.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { forgive, launch, open } from "./chromium.mjs";
import { type Gridward, serve } from "./gridward.mjs";

export type Opened = Awaited<ReturnType<typeof open>>;
export type Opening = NonNullable<Parameters<typeof open>[2]>;

/** A narrow phone. */
export const PHONE = { width: 360, height: 740 };

export interface Town extends Gridward {
  readonly browser: Browser;
  /** Opens a page until the end of the test: a path of the service, or another address. */
  readonly open: (path: string, opening?: Opening) => Promise<Opened>;
  /** What was opened with a page. */
  readonly opened: (page: Page) => Opened;
  /** Faults with this text are none for the rest of the test. */
  readonly overlook: (text: string) => void;
  /** What the service answers: to a POST with a body, else to a GET; without a key as to everybody. */
  readonly api: <T>(path: string, key: string | null, body?: unknown) => Promise<T>;
}

/** Served from before the first test of the file until after the last. */
export function demoTown(): Town {
  let openings: Opened[] = [];
  let overlooked: string[] = [];
  // What comes of `serve` and `launch` is there when the first test or a later `beforeAll` asks for it.
  const town = {
    open: async (path, opening) => {
      const opened = await open(town.browser, new URL(path, town.url).href, opening);
      openings.push(opened);
      return opened;
    },
    opened: (page) => {
      const found = openings.find((one) => one.page === page);
      if (!found) throw new Error("the page was not opened in this test");
      return found;
    },
    overlook: (text) => {
      overlooked.push(text);
    },
    api: async <T>(path: string, key: string | null, body?: unknown) => {
      const response = await fetch(town.url + path, {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", ...(key !== null && { authorization: `Bearer ${key}` }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      expect(response.ok, `${path}: ${response.status}`).toBe(true);
      return (await response.json()) as T;
    },
  } as Town;

  beforeAll(async () => {
    const [service, browser] = await Promise.all([serve({ demo: true }), launch()]);
    Object.assign(town, service, { browser });
  });

  afterEach(async () => {
    const faults = openings.flatMap((opened) => opened.faults);
    const heard = faults.filter((fault) => !overlooked.some((text) => fault.includes(text)));
    for (const { context } of openings) await context.close();
    openings = [];
    overlooked = [];
    expect(heard).toEqual([]);
  });

  afterAll(async () => {
    await town.browser?.close();
    await town.stop?.();
  });

  return town;
}

/** The page notes an answer that says no; one that a test asks for is no fault. */
export function refused(opened: Pick<Opened, "faults">, status: number): Promise<void> {
  return forgive(opened, `the server responded with a status of ${status}`);
}
