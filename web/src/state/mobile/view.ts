// Which part of the phone's page is shown. It is in the address, so that the way back works.
import { signal } from "@preact/signals";

export type View = "here" | "report" | "mine" | "work";

const VIEWS: readonly View[] = ["here", "report", "mine", "work"];

export const view = signal<View>(fromAddress());

/** The address was meant to lead to a report, and leads to none. */
export const misled = signal(false);

/** The report that a link with its token leads to. */
export interface Followed {
  readonly id: string;
  readonly token: string;
}

export function go(to: View): void {
  if (view.peek() === to) return;
  location.hash = to === "here" ? "" : to;
  misled.value = false;
  view.value = to;
  scrollTo(0, 0);
}

export function followAddress(onFollow: (followed: Followed) => void): void {
  const look = (): void => {
    view.value = fromAddress();
    if (!location.hash.startsWith(FOLLOW)) return;
    const followed = parseFollow(location.hash);
    misled.value = !followed;
    if (followed) onFollow(followed);
    // The token is kept with the report now, and need not stand where others see it.
    history.replaceState(null, "", `${location.pathname}${location.search}#mine`);
    view.value = "mine";
  };
  addEventListener("hashchange", look);
  look();
}

const FOLLOW = "#follow=";

export function followLink({ id, token }: Followed): string {
  return `${location.origin}/m${FOLLOW}${id}.${token}`;
}

export function parseFollow(hash: string): Followed | null {
  const found = /^#follow=(\d{6}-[0-9a-z]{12})\.([\w-]{10,200})$/.exec(hash);
  return found?.[1] && found[2] ? { id: found[1], token: found[2] } : null;
}

function fromAddress(): View {
  const named = location.hash.slice(1);
  return VIEWS.find((view) => view === named) ?? "here";
}
