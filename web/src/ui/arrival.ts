// What comes of something that was asked for is brought into sight and takes the keyboard: the button that asked for it may be far
// below, at rest, or gone.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Whoever went on with something beside the panel meanwhile keeps the keyboard. */
export function arrive(element: HTMLElement): void {
  const active = document.activeElement;
  if (active === null || active === document.body || active.closest(".desk")) element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

/** Arrives whenever `key` changes; it is empty while there is nothing to arrive at. */
export function useArrival<T extends HTMLElement>(key: string): RefObject<T | null> {
  const found = useRef<T>(null);
  useEffect(() => {
    if (key !== "" && found.current) arrive(found.current);
  }, [key]);
  return found;
}
