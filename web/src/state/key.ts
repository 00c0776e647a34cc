// The key that this tab works with, kept for as long as it is open and no longer. The panels share it: each asks the service
// whether the key may do what the panel is for.
import { signal } from "@preact/signals";

const KEY = "gridward.key";

export const kept = signal<string | null>(remembered());

/** Null forgets it. */
export function keep(key: string | null): void {
  kept.value = key;
  try {
    if (key === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, key);
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
