// A list whose chosen entry follows the keys. One entry is in the order of Tab: the chosen one, or the first.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Step } from "../../lib/steps.ts";

const STEPS: Record<string, Step> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: "first",
  End: "last",
  Enter: 0,
  " ": 0,
};

export function byArrows(step: (by: Step) => void): (event: KeyboardEvent) => void {
  return (event) => {
    const by = STEPS[event.key];
    // A button in the list has its own Enter.
    if (by === undefined || (by === 0 && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    step(by);
  };
}

/** The chosen entry comes into sight, and has the keyboard where the list has it. */
export function useChosenInSight(chosen: unknown): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const entry = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!entry) return;
    if (list.current?.contains(document.activeElement)) entry.focus({ preventScroll: true });
    entry.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return list;
}
