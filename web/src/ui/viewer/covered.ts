// Tells the map how much of it a panel covers, so that it keeps what matters in sight.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { insets } from "../../state/camera.ts";

const WHOLE = { top: 0, left: 0, bottom: 0 };

export function useCovered(panel: RefObject<HTMLElement | null>, open: boolean): void {
  useEffect(() => {
    const element = panel.current;
    if (!open || !element) {
      insets.value = WHOLE;
      return;
    }
    const measure = (): void => {
      const { top, right, width } = element.getBoundingClientRect();
      const sheet = width > innerWidth * 0.7;
      const bar = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
      insets.value = sheet ? { top: bar, left: 0, bottom: innerHeight - top } : { ...WHOLE, left: right };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      removeEventListener("resize", measure);
    };
  }, [panel, open]);
}
