// The service worker of `/m`: the page opens without a network. It keeps the page and its files, and what the small map drew last;
// never an answer of the API, which may name persons.
//
// It is asked for all pages of this host, since the map's own worker asks for the tiles; of the pages only `/m` opens without a
// network. A new one takes over once no page of an older one is open any more: a page never meets the files of another build.

/** What `vite.config.ts` puts in for the build that this belongs to: a name, and the files of the page. */
declare const BUILD: string;
declare const SHELL_FILES: readonly string[];

/** As much of a service worker as is used here; the libraries for pages do not have it. */
interface Happening {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Happening {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", heard: (event: Happening) => void): void;
  addEventListener(type: "fetch", heard: (event: Fetching) => void): void;
}
const worker = globalThis as unknown as Worker;

const PAGE = "/m";
const TILE = /^\/tiles\/[^/]+\/grids\/.+\.mvt$/;
const PREFIX = "gridward-m-";
const SHELL = `${PREFIX}${BUILD}`;
/** The last map, whichever build drew it. */
const MAP = `${PREFIX}map`;
/** A town and its surroundings at the zooms of a phone. */
const MOST_TILES = 400;
/** A network that takes longer is none. */
const PATIENCE_MS = 4_000;

worker.addEventListener("install", (event) => event.waitUntil(install()));

worker.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin || request.headers.has("authorization")) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(fresh(request, SHELL, PAGE));
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(kept(request, SHELL));
  } else if (TILE.test(pathname)) {
    event.respondWith(tile(request));
  } else if (pathname === "/style.json" || pathname === "/tiles/grids.json") {
    event.respondWith(fresh(request, MAP, request.url));
  }
});

/** All of one build, or nothing: the service may be changing over to another one just now. */
async function install(): Promise<void> {
  const cache = await caches.open(SHELL);
  const page = await fetch(PAGE, { cache: "no-cache" });
  const text = await page.clone().text();
  if (!page.ok || SHELL_FILES.some((file) => !text.includes(file))) throw new Error("the page is of another build");
  await cache.addAll([...SHELL_FILES]);
  await cache.put(PAGE, page);
}

async function tidy(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== SHELL && name !== MAP);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** From the network; what was kept where that says nothing for a while. */
async function fresh(request: Request, name: string, key: string): Promise<Response> {
  const cache = await caches.open(name);
  const before = await cache.match(key);
  const asking = fetch(request);
  if (!before) return keep(await asking, cache, name === MAP ? key : null);
  const silence = new Promise<null>((end) => setTimeout(() => end(null), PATIENCE_MS));
  const now = await Promise.race([asking.catch(() => null), silence]);
  // A proxy whose service is away answers for it.
  if (!now || now.status >= 502) return before;
  return keep(now, cache, name === MAP ? key : null);
}

/** What never changes under its name. */
async function kept(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(name);
  return (await cache.match(request)) ?? keep(await fetch(request), cache, request.url);
}

/** The page of a build stays as it was installed; only what has a key is kept. */
async function keep(answer: Response, cache: Cache, key: string | null): Promise<Response> {
  const isPrivate = /no-store|private/.test(answer.headers.get("cache-control") ?? "");
  if (key !== null && !isPrivate && (answer.status === 200 || answer.status === 204)) {
    // A full disk is no reason to show nothing.
    await cache.put(key, answer.clone()).catch(() => {});
  }
  return answer;
}

/** The names of tiles hold their edition, so that a tile never changes; those that were drawn first go first. */
async function tile(request: Request): Promise<Response> {
  const answer = await kept(request, MAP);
  const cache = await caches.open(MAP);
  const tiles = (await cache.keys()).filter(({ url }) => TILE.test(new URL(url).pathname));
  await Promise.all(tiles.slice(0, -MOST_TILES).map((old) => cache.delete(old)));
  return answer;
}

export {};
