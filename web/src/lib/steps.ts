// Steps through a list by keys: to the next, to the one before, to either end, or once more where one is.

export type Step = 1 | -1 | 0 | "first" | "last";

/** Where a step leads; `at` is negative while nothing is chosen, and then the first step chooses the first (upwards: the last). */
export function stepped<T>(order: readonly T[], at: number, by: Step): T | undefined {
  const last = order.length - 1;
  if (by === "first") return order[0];
  if (by === "last") return order[last];
  if (at < 0) return order[by < 0 ? last : 0];
  return order[Math.min(Math.max(at + by, 0), last)];
}
