// The name that the browser shows of a page.
import { useEffect } from "preact/hooks";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Gridward`;
  }, [title]);
}
