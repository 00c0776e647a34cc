// The frame of a panel of work beside the map: its head, the ways back and out, and what was done last.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { arrive } from "./arrival.ts";
import { Icon } from "./Icon.tsx";
import { useCovered } from "./viewer/covered.ts";

export interface DeskProps {
  readonly panel: RefObject<HTMLElement | null>;
  /** Beside the classes of every such panel. */
  readonly class?: string;
  readonly says: { readonly title: string; readonly back: string; readonly close: string };
  /** Which kind of page is open; the list is the first one. */
  readonly page: string;
  /** Tells one page from another. */
  readonly at: string;
  readonly title: string;
  /** Stands beside the title. */
  readonly beside?: ComponentChildren;
  /** What was done last, or nothing. */
  readonly said: string;
  readonly onBack: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Desk(props: DeskProps) {
  const { panel, says, page, at, title, beside, said, onBack, onClose, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useCovered(panel, true);
  const outcome = useRef<HTMLParagraphElement>(null);
  const shown = useRef<string | null>(null);
  // Whoever listens or uses the keyboard starts each page at its top, and at what was done last where there is something.
  useEffect(() => {
    const turned = shown.current !== at;
    shown.current = at;
    if (turned) panel.current?.scrollTo({ top: 0 });
    if (said !== "" && outcome.current) arrive(outcome.current);
    else if (turned) heading.current?.focus({ preventScroll: true });
  }, [at, said, panel]);
  // One page back, and from the first one out. A dialog keeps its own Escape.
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if (page === "list") onClose();
    else onBack();
  };
  return (
    <aside
      class={["panel card desk", props.class].filter(Boolean).join(" ")}
      ref={panel}
      aria-label={says.title}
      data-page={page}
      onKeyDown={leave}
    >
      <header>
        {page !== "list" && (
          <button type="button" class="plain" aria-label={says.back} onClick={onBack}>
            <Icon name="back" />
          </button>
        )}
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {beside}
        <button type="button" class="plain" aria-label={says.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p class={said === "" ? "unseen" : "outcome"} role="status" tabIndex={-1} ref={outcome}>
        {said}
      </p>
      {children}
    </aside>
  );
}
