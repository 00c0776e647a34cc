// The line between before and after: dragged, or moved by the arrow keys.
import { useRef } from "preact/hooks";
import { editionWords } from "../../i18n/editions/index.ts";
import { insets } from "../../state/camera.ts";
import { divider } from "../../state/editions/stage.ts";

const STEP = 0.02;
const LEAP = 0.1;

export function Divider({ before, after }: { before: string; after: string }) {
  const says = editionWords.value.compare;
  const line = useRef<HTMLDivElement>(null);
  const percent = Math.round(divider.value * 100);
  const set = (share: number): void => {
    divider.value = Math.min(1, Math.max(0, share));
  };
  const drag = (event: PointerEvent): void => {
    if (!line.current?.hasPointerCapture(event.pointerId)) return;
    const { left } = insets.peek();
    set((event.clientX - left) / (innerWidth - left));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowLeft: divider.value - STEP,
      ArrowDown: divider.value - STEP,
      ArrowRight: divider.value + STEP,
      ArrowUp: divider.value + STEP,
      PageDown: divider.value - LEAP,
      PageUp: divider.value + LEAP,
      Home: 0,
      End: 1,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    set(next);
    event.preventDefault();
  };
  return (
    <div
      ref={line}
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label={says.divider}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={says.dividerValue(percent)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        line.current?.setPointerCapture(event.pointerId);
        line.current?.focus();
        event.preventDefault();
      }}
      onPointerMove={drag}
    >
      <span class="side before">
        <small>{says.before}</small> {before}
      </span>
      <i class="grip" aria-hidden="true" />
      <span class="side after">
        <small>{says.after}</small> {after}
      </span>
    </div>
  );
}
