// The reports on the viewer's map: single ones and heaps of them, and a ring round the one that is looked at.
import { effect } from "@preact/signals";
import type { Feature, FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import type { ReportDetail } from "../../api/types.ts";
import { COLOURS, type Colour } from "../../lib/marks.ts";
import { pointing } from "../../state/desk.ts";
import { lit, loaded } from "../../state/reports/list.ts";
import { openReport } from "../../state/reports/page.ts";
import { shown } from "../../state/reports/report.ts";
import { cssColor } from "../css.ts";
import { draw, HEAP_ID, markId, PIXEL_RATIO } from "./marks.ts";

const REPORTS = "reports";
const LIT = "report-lit";
const LIT_MARK = "report-lit-mark";
const MARKS = "report-marks";
/** Pixels within which reports are one heap. */
const HEAP_RADIUS = 36;
/** Closer than this each report is seen by itself. */
const LAST_HEAP_ZOOM = 16;

/** Draws on a map whose style is there; the result takes it away again. */
export function showReports(map: MapLibre): () => void {
  // The map waits for this before it lays a tile out. The event `styleimagemissing` only tells that a tile has gone without.
  map.setMissingStyleImageResolver((id) => {
    const image = map.hasImage(id) ? null : draw(id);
    if (image) map.addImage(id, image, { pixelRatio: PIXEL_RATIO });
  });
  const add = (): void => addLayers(map);
  add();
  map.on("style.load", add);
  const stopReports = effect(() => {
    const data = reportsNow();
    (map.getSource(REPORTS) as GeoJSONSource | undefined)?.setData(data);
  });
  const stopLit = effect(() => {
    const data = litNow();
    (map.getSource(LIT) as GeoJSONSource | undefined)?.setData(data);
  });
  const deaf = listen(map);
  return () => {
    stopReports();
    stopLit();
    map.off("style.load", add);
    // A map that was removed has taken its layers with it.
    if (!map.getContainer().isConnected || !map.getStyle()) return;
    map.setMissingStyleImageResolver(null);
    deaf();
    for (const layer of [LIT, LIT_MARK, MARKS]) if (map.getLayer(layer)) map.removeLayer(layer);
    for (const source of [LIT, REPORTS]) if (map.getSource(source)) map.removeSource(source);
  };
}

function addLayers(map: MapLibre): void {
  const counted = (Object.keys(COLOURS) as Colour[]).map((status) => [
    status,
    ["+", ["case", ["==", ["get", "status"], status], 1, 0]],
  ]);
  map.addSource(REPORTS, {
    type: "geojson",
    data: reportsNow(),
    cluster: true,
    clusterRadius: HEAP_RADIUS,
    clusterMaxZoom: LAST_HEAP_ZOOM,
    clusterProperties: { ...Object.fromEntries(counted), late: ["+", ["get", "late"]] },
  });
  map.addSource(LIT, { type: "geojson", data: litNow() });
  map.addLayer({
    id: MARKS,
    type: "symbol",
    source: REPORTS,
    layout: {
      "icon-image": ["case", ["has", "point_count"], HEAP_ID, ["get", "mark"]] as never,
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      // What is late lies on top, then what waits.
      "symbol-sort-key": ["case", ["has", "point_count"], 9, ["get", "order"]],
    },
  });
  // Also out of a heap.
  map.addLayer({
    id: LIT_MARK,
    type: "symbol",
    source: LIT,
    layout: { "icon-image": ["get", "mark"], "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  map.addLayer({
    id: LIT,
    type: "circle",
    source: LIT,
    paint: {
      "circle-color": "transparent",
      "circle-radius": 21,
      "circle-stroke-color": cssColor("--ink"),
      "circle-stroke-width": 3.5,
    },
  });
}

const ORDER: Record<Colour, number> = { merged: 0, rejected: 1, closed: 2, resolved: 3, accepted: 4, reported: 5 };

function reportsNow(): FeatureCollection<Point> {
  const all = new Map(loaded.value.map((report) => [report.id, report]));
  // The one that is open is seen also where the filter hides it.
  const open = shown.value;
  if (open.state === "loaded") all.set(open.report.id, open.report);
  return { type: "FeatureCollection", features: [...all.values()].map(featureOf) };
}

function featureOf(report: ReportDetail): Feature<Point> {
  const { id, status, level, lon, lat } = report;
  const late = Boolean(report.overdue_since);
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: {
      id,
      status,
      late: late ? 1 : 0,
      mark: markId(status, level, late),
      order: ORDER[status] + (late ? 3 : 0),
    },
  };
}

function litNow(): FeatureCollection<Point> {
  const open = shown.value;
  const id = lit.value?.id;
  const report = loaded.value.find((one) => one.id === id) ?? (open.state === "loaded" ? open.report : undefined);
  return { type: "FeatureCollection", features: report ? [featureOf(report)] : [] };
}

function listen(map: MapLibre): () => void {
  const under = ({ point }: MapMouseEvent) =>
    map.getLayer(MARKS) ? map.queryRenderedFeatures(point, { layers: [MARKS] })[0] : undefined;
  const idOf = (feature: ReturnType<typeof under>): string | null => {
    const id: unknown = feature?.properties.id;
    return typeof id === "string" ? id : null;
  };
  const move = (event: MapMouseEvent): void => {
    const id = idOf(under(event));
    if (id === null ? lit.peek()?.on === "map" : lit.peek()?.id !== id)
      lit.value = id === null ? null : { id, on: "map" };
  };
  const click = async (event: MapMouseEvent): Promise<void> => {
    if (pointing.peek()) return;
    const feature = under(event);
    const id = idOf(feature);
    if (id !== null) openReport(id);
    else if (feature?.geometry.type === "Point" && feature.properties.cluster_id !== undefined) {
      const source = map.getSource(REPORTS) as GeoJSONSource;
      const zoom = await source.getClusterExpansionZoom(Number(feature.properties.cluster_id));
      map.easeTo({ center: feature.geometry.coordinates as [number, number], zoom: Math.min(zoom + 0.3, 19) });
    }
  };
  map.on("mousemove", move);
  map.on("click", click);
  return () => {
    map.off("mousemove", move);
    map.off("click", click);
  };
}
