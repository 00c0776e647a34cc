// How a report is drawn, on the map and in the list: the colour says where it stands, the shape which level has it.

/** Outlines in a box of 24 by 24. */
export const SHAPES = {
  tier3: "M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6Z",
  tier2: "M6 4h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z",
  tier1: "M12 1.6 22.4 12 12 22.4 1.6 12Z",
  town: "m12 1.2 3.2 7 7.6.9-5.6 5.2 1.5 7.5-6.7-3.7-6.7 3.7 1.5-7.5L1.2 9.1l7.6-.9Z",
} as const;

/** Variables of the style sheet. */
export const COLOURS = {
  reported: "--waiting",
  accepted: "--in-hand",
  resolved: "--settled",
  closed: "--closed",
  rejected: "--rejected",
  merged: "--merged",
} as const;

export type Shape = keyof typeof SHAPES;
export type Colour = keyof typeof COLOURS;
