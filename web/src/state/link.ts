// Keeps the address and the answer together: a copied link shows the same place to whoever opens it.
import { effect } from "@preact/signals";
import { formatLink, parseLink } from "../lib/link.ts";
import { answer, ask, forget } from "./answer.ts";
import { wish, zoom } from "./camera.ts";

export function followLink(): void {
  open();
  addEventListener("hashchange", open);
  effect(() => {
    const now = answer.value;
    // `replaceState` fires no `hashchange`, so this does not ask again; going back leaves the page, as before a click.
    const hash = now.state === "none" ? "" : formatLink({ place: now.query.place, zoom: zoom.value });
    if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
  });
}

function open(): void {
  const link = parseLink(location.hash);
  if (link) {
    wish.value = { to: "place", place: link.place, zoom: link.zoom };
    void ask({ place: link.place });
  } else {
    forget();
  }
}
