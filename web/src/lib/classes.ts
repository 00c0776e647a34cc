// Classes of numbers for a map in few shades: about as many members in each, and none that says nothing.

export interface Class {
  readonly low: number;
  readonly high: number;
}

/** At most `most` classes, lowest first; each distinct value is one where there are no more of them. */
export function classesOf(values: readonly number[], most: number): Class[] {
  const sorted = values.toSorted((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  if (distinct.length <= most) return distinct.map((value) => ({ low: value, high: value }));
  const ends = new Set<number>();
  for (let part = 1; part <= most; part++) {
    const end = sorted[Math.ceil((part * sorted.length) / most) - 1];
    if (end !== undefined) ends.add(end);
  }
  let from = 0;
  return [...ends].map((high) => {
    const members = distinct.slice(from, distinct.indexOf(high) + 1);
    from += members.length;
    return { low: members[0] ?? high, high };
  });
}

/** The class of a value, counted from 0; -1 above all of them. */
export function classOf(classes: readonly Class[], value: number): number {
  return classes.findIndex(({ high }) => value <= high);
}

/** Which of `shades` steps stands for a class, counted from 0: few classes are as far apart as many. */
export function shadeOf(at: number, classes: number, shades: number): number {
  return classes < 2 ? Math.floor((shades - 1) / 2) : Math.round((at * (shades - 1)) / (classes - 1));
}
