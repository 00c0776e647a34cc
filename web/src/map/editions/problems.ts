// The problems of an edition on its map: outlines where they have one, and a dot so that the small ones are seen too.
import type { Feature, FeatureCollection } from "geojson";
import type { Map as MapLibre } from "maplibre-gl";
import type { FoundProblem } from "../../api/types.ts";
import { choose, chosen, reported, shownSeverities } from "../../state/editions/report.ts";
import { cssColor } from "../css.ts";
import { NOTHING, type OverlayLayer, overlay } from "./overlay.ts";

const ID = "problems";
const AREAS = ["==", ["geometry-type"], "Polygon"];
const DOTS = ["==", ["geometry-type"], "Point"];

export function showProblems(map: MapLibre): void {
  overlay(map, ID, features, layers, () => {
    const at = chosen.value ?? -1;
    if (!map.getLayer("problem-chosen")) return;
    map.setFilter("problem-chosen", ["all", DOTS, ["==", ["get", "at"], at]] as never);
    map.setFilter("problem-chosen-area", ["all", AREAS, ["==", ["get", "at"], at]] as never);
  });
  for (const layer of ["problem-dots", "problem-areas"]) {
    map.on("click", layer, (event) => {
      const at = event.features?.[0]?.properties.at;
      if (typeof at === "number" && !event.defaultPrevented) {
        event.preventDefault();
        choose(at);
      }
    });
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
}

function features(): FeatureCollection {
  const now = reported.value;
  const shown = shownSeverities.value;
  if (now.state !== "loaded") return NOTHING;
  const all = now.report.problems.flatMap((problem, at) => (shown.has(problem.severity) ? drawn(problem, at) : []));
  return { type: "FeatureCollection", features: all };
}

function drawn({ severity, outline, place }: FoundProblem, at: number): Feature[] {
  const properties = { at, severity };
  const dot = place ?? outline?.[0]?.[0];
  return [
    ...(outline?.length ? [feature({ type: "Polygon", coordinates: outline }, properties)] : []),
    ...(dot ? [feature({ type: "Point", coordinates: dot }, properties)] : []),
  ];
}

function feature(geometry: Feature["geometry"], properties: Feature["properties"]): Feature {
  return { type: "Feature", geometry, properties };
}

function layers(): OverlayLayer[] {
  const error = cssColor("--error");
  const warning = cssColor("--caution");
  const colour = ["match", ["get", "severity"], "error", error, warning];
  const ink = cssColor("--ink");
  return [
    {
      id: "problem-areas",
      type: "fill",
      filter: AREAS,
      // Where an error and a warning lie in one place the error is seen.
      layout: { "fill-sort-key": ["match", ["get", "severity"], "error", 1, 0] },
      paint: { "fill-color": colour, "fill-opacity": 0.6 },
    },
    { id: "problem-edges", type: "line", filter: AREAS, paint: { "line-color": colour, "line-width": 1.6 } },
    {
      id: "problem-chosen-area",
      type: "line",
      filter: ["==", ["get", "at"], -1],
      layout: { "line-join": "round" },
      paint: { "line-color": ink, "line-width": 3 },
    },
    {
      id: "problem-dots",
      type: "circle",
      filter: DOTS,
      layout: { "circle-sort-key": ["match", ["get", "severity"], "error", 1, 0] },
      paint: {
        "circle-color": colour,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 4, 14, 6.5],
        "circle-stroke-color": cssColor("--card"),
        "circle-stroke-width": 2,
      },
    },
    {
      id: "problem-chosen",
      type: "circle",
      filter: ["==", ["get", "at"], -1],
      paint: {
        "circle-color": "transparent",
        "circle-radius": 13,
        "circle-stroke-color": ink,
        "circle-stroke-width": 3,
      },
    },
  ];
}
