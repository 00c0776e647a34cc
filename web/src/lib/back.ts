// Where somebody came from before signing in, as an address of this host and nothing else.

/** The path, query and fragment of `next`; the map where that is no address of this host. */
export function wayBack(next: string | null, origin: string): string {
  if (next === null || !next.startsWith("/")) return "/";
  try {
    const url = new URL(next, origin);
    return url.origin === origin ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
