// The pages' few icons, drawn in the colour of the text beside them.

const PATHS = {
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4Zm4 9 4 4",
  close: "m5 5 10 10M15 5 5 15",
  party: "M4 17V4M4 5h9l-1.6 3L13 11H4",
  border: "M3 10h2m3 0h4m3 0h2M10 3v2m0 10v2",
  place: "M10 18s5.5-5 5.5-9.5a5.5 5.5 0 0 0-11 0C4.5 13 10 18 10 18Zm0-7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  link: "M8 12a3 3 0 0 0 4.2 0l3-3A3 3 0 0 0 11 4.8l-1 1M12 8a3 3 0 0 0-4.2 0l-3 3A3 3 0 0 0 9 15.2l1-1",
  warning: "M10 3 2.5 16.5h15L10 3Zm0 5v4m0 2.3v.2",
  phone: "M6 3H4a1 1 0 0 0-1 1c0 7.2 5.8 13 13 13a1 1 0 0 0 1-1v-2.5l-4-1.5-1.5 2A10.5 10.5 0 0 1 6 8.5L8 7 6 3Z",
  target: "M10 2v3m0 10v3M2 10h3m10 0h3M10 5.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9",
  map: "m3 5 4.5-1.5 5 2L17 4v11l-4.5 1.5-5-2L3 16V5Zm4.5-1.5v11m5-9v11",
  editions: "m10 3 7 3.5-7 3.5-7-3.5L10 3Zm-7 7 7 3.5 7-3.5M3 13.5 10 17l7-3.5",
  reports: "M4 4h12v9.5H9.5L6 16.5v-3H4V4Zm3 3.5h6m-6 2.7h4",
  upload: "M10 13V4m0 0L6.5 7.5M10 4l3.5 3.5M4 13v3h12v-3",
  download: "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M4 13v3h12v-3",
  back: "M12 4.5 6.5 10l5.5 5.5",
  check: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Zm-3.3 7.7 2.4 2.3 4.3-4.8",
  compare: "M10 2.5v15M8 5H3.5v10H8M12 5h4.5v10H12",
  swap: "M4 7.5h12m0 0L13 4.5M16 12.5H4m0 0 3 3",
  camera: "M3 6.5h3L7.5 4h5L14 6.5h3V16H3V6.5Zm7 7.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6",
  person: "M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 6.5c.8-3 3.4-4.5 6.5-4.5s5.7 1.5 6.5 4.5",
  keys: "M3 6h14v8H3V6Zm3 3h.1m3 0h.1m3 0h.1m2.5 0h.1M6 11.5h8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
