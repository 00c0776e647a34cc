"""Judges a folder of vector tiles with decoders and geometry that are not ours.

usage: tiles.py FOLDER        prints one line of figures per zoom (as a Markdown table); exits 1 and says where a tile breaks a promise

FOLDER holds Z/X/Y.mvt, empty tiles left out, every tile of every zoom, and `edition.json`:
{"first": {"1": Z, ...}, "last": Z, "grids": {CODE: {"tier": TIER, "polygons": [[ring of [lon, lat], ...], ...]}}}.

Decoders: PyPI mapbox-vector-tile, npm @mapbox/vector-tile (tiles.mjs beside this file) and GDAL's MVT driver. They have
to agree. Geometry: shapely. "Cut to the tile" means: to the square from 0 to 4096, its west and north edge in.

overlap         area of a tier's polygons, cut to the tile, less the area of their union
gap             area that a tier's grids cover in the edition, 2 pixels and more inside its outer border (which is simplified
                with nobody on the other side), and its polygons don't
border twice    length of border lines that lies on other border lines
border missing  length of polygon edges without a border line, and of border lines without a polygon's edge
seam step       how far a border that leaves a tile is from where the next tile takes it up
"""

import json
import math
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import box, shape

EXTENT = 4096
BUFFER = 64
TILE = box(0, 0, EXTENT, EXTENT)
OPEN_TILE = box(0, 0, EXTENT - 1e-6, EXTENT - 1e-6)  # half-open, for lines on integer places
AREAS = {"tier1": 1, "tier2": 2, "tier3": 3}
SEAM_UNITS = 1.5  # each tile is noded by itself: what crosses a common edge may bend by about a unit on either side
RIM_UNITS = 16
FIELDS = {
    **{name: {"code", "name", "parent", "color"} for name in AREAS},
    "borders": {"tier", "left", "right"},
    "labels": {"tier", "code", "name"},
}
complaints = []


def complain(tile, what):
    complaints.append(f"{tile}: {what}")


def decode(path):
    """Layer name to a list of (properties, id, shapely geometry), y to the south as in the tile."""
    layers = mapbox_vector_tile.decode(path.read_bytes(), default_options={"y_coord_down": True})
    found = {}
    for name, layer in layers.items():
        if layer["extent"] != EXTENT or layer["version"] != 2 or name not in FIELDS:
            complain(path, f"layer {name} has extent {layer['extent']}, version {layer['version']}")
        if not layer["features"]:
            complain(path, f"layer {name} is empty")
        found[name] = [(f["properties"], f.get("id"), shape(f["geometry"])) for f in layer["features"]]
        for properties, _, _ in found[name]:
            if not set(properties) <= FIELDS[name]:
                complain(path, f"layer {name} has fields {sorted(properties)}")
    return found


class Zoom:
    """What is measured over all tiles of one zoom."""

    def __init__(self):
        self.tiles = 0
        self.bytes = 0
        self.polygons = 0
        self.overlap = 0.0
        self.gap = 0.0
        self.twice = 0.0
        self.missing = 0.0
        self.labels = Counter()
        self.astray = 0
        self.features = Counter()
        self.drawn = set()
        self.seams = defaultdict(list)


class Edition:
    """What the tiles are made from."""

    def __init__(self, folder):
        data = json.loads((folder / "edition.json").read_text())
        self.first = {int(tier): z for tier, z in data["first"].items()}
        self.last = data["last"]
        self.tier = {code: grid["tier"] for code, grid in data["grids"].items()}
        self.shape = {code: world(grid["polygons"]) for code, grid in data["grids"].items()}
        self.covered = {
            name: shapely.union_all([s for code, s in self.shape.items() if self.tier[code] == tier])
            for name, tier in AREAS.items()
        }
        self.inner = {}

    def enter(self, z):
        """At that zoom's units: what each tier covers well inside its outer border."""
        units = EXTENT * 2**z
        self.inner = {
            name: scale(area, units).buffer(-RIM_UNITS, quad_segs=2)
            for name, area in self.covered.items()
            if self.first[AREAS[name]] <= z
        }

    def inner_of_tile(self, name, tile):
        z, x, y = tile
        west, north = x * EXTENT, y * EXTENT
        area = shapely.clip_by_rect(self.inner[name], west, north, west + EXTENT, north + EXTENT)
        return shapely.transform(area, lambda p: p - [west, north])


def world(polygons):
    """Closed lon/lat rings in Mercator on the unit square, y to the south."""

    def project(p):
        return np.column_stack([p[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(np.radians(p[:, 1]))) / (2 * np.pi)])

    made = [shapely.Polygon(shell, holes) for shell, *holes in polygons]
    return shapely.transform(shapely.MultiPolygon(made), project)


def scale(geometry, factor):
    return shapely.transform(geometry, lambda p: p * factor)


def judge_areas(path, tile, layers, zoom, edition):
    rims, where = [], {}
    for name in AREAS:
        polygons = []
        for properties, number, area in layers.get(name, []):
            zoom.polygons += 1
            zoom.drawn.add(properties["code"])
            where[properties["code"]] = area
            if not area.is_valid:
                complain(path, f"{name} {properties['code']}: {shapely.is_valid_reason(area)}")
            if area.area <= 0 or not isinstance(number, int) or number <= 0:
                complain(path, f"{name} {properties['code']}: area {area.area}, id {number}")
            if properties["color"] not in range(6):
                complain(path, f"{name} {properties['code']}: color {properties['color']}")
            west, north, east, south = area.bounds
            if min(west, north) < -BUFFER or max(east, south) > EXTENT + BUFFER:
                complain(path, f"{name} {properties['code']} leaves the buffer: {area.bounds}")
            rims.append(area.boundary)
            polygons.append(shapely.intersection(area, TILE))
        union = shapely.union_all(polygons)
        zoom.overlap += abs(sum(p.area for p in polygons) - union.area)
        if name in edition.inner:
            zoom.gap += shapely.difference(edition.inner_of_tile(name, tile), union).area
    return rims, where


def judge_borders(path, layers, zoom, rims, where):
    lines = [line for _, _, geometry in layers.get("borders", []) for line in getattr(geometry, "geoms", [geometry])]
    segments = Counter(tuple(sorted(ends)) for line in lines for ends in zip(line.coords, line.coords[1:]))
    # Without a part in common, the pieces are as long together as what they cover.
    pieces = shapely.linestrings(np.array(list(segments)).reshape(-1, 2, 2))
    drawn, once = shapely.multilinestrings(pieces), shapely.union_all(pieces)
    cut = shapely.intersection(once, OPEN_TILE)
    repeated = sum(math.dist(*ends) * (n - 1) for ends, n in segments.items())
    zoom.twice += repeated + abs(drawn.length - once.length)
    for properties, _, geometry in layers.get("borders", []):
        (ax, ay), (bx, by) = getattr(geometry, "geoms", [geometry])[0].coords[:2]
        # A hair to the left as seen on the map, where y grows to the south.
        hair = 1e-6
        beside = [((ax + bx) / 2 + sign * hair * (by - ay), (ay + by) / 2 - sign * hair * (bx - ax)) for sign in (1, -1)]
        for side, place in zip(("left", "right"), beside):
            code = properties.get(side)
            if code is not None and not (code in where and shapely.contains_xy(where[code], *place)):
                complain(path, f"border {properties}: {side} of {place} is something else")
    around = shapely.intersection(shapely.union_all(rims), OPEN_TILE) 
    zoom.missing += shapely.symmetric_difference(around, cut).length
    for line in lines:
        for (ax, ay), (bx, by) in zip(line.coords, line.coords[1:]):
            for edge in (0, EXTENT):
                # Within half a buffer of the corners, so that a crossing near one is seen from both tiles.
                for axis, (at, along), (to, ends) in (("x", (ax, ay), (bx, by)), ("y", (ay, ax), (by, bx))):
                    if (at < edge) != (to < edge):
                        crossing = along + (ends - along) * (edge - at) / (to - at)
                        if -BUFFER / 2 <= crossing <= EXTENT + BUFFER / 2:
                            # A line that crosses at a small angle lies nearer than its crossing.
                            zoom.seams[(axis, edge)].append((crossing, abs(to - at) / math.hypot(to - at, ends - along)))


def judge_labels(path, tile, layers, zoom, where, edition):
    z, x, y = tile
    for properties, number, point in layers.get("labels", []):
        zoom.labels[properties["code"]] += 1
        if not (0 <= point.x < EXTENT and 0 <= point.y < EXTENT):
            complain(path, f"label of {properties['code']} lies at {point}")
        place = shapely.Point((x + point.x / EXTENT) / 2**z, (y + point.y / EXTENT) / 2**z)
        away = edition.shape[properties["code"]].distance(place) * EXTENT * 2**z
        if away > math.sqrt(0.5) + 1e-6:  # what rounding to the tile's grid makes at most
            complain(path, f"label of {properties['code']} lies {away} units beside its grid")
        if not where.get(properties["code"], shapely.Point()).intersects(point):
            zoom.astray += 1


def judge_seams(seams):
    """Borders leave a tile where its neighbour takes them up: crossings, the largest step, and those without a partner."""
    crossings, largest, lost = 0, 0.0, 0
    for (z, x, y), here in seams.items():
        for axis, there in (("x", (z, x + 1, y)), ("y", (z, x, y + 1))):
            mine, theirs = here.get((axis, EXTENT), []), seams.get(there, {}).get((axis, 0), [])
            crossings += sum(0 <= v < EXTENT for v, _ in mine)
            for one, other in ((mine, theirs), (theirs, mine)):
                for v, sine in (crossing for crossing in one if 0 <= crossing[0] < EXTENT):
                    step = min((abs(v - w) * sine for w, _ in other), default=math.inf)
                    if step > SEAM_UNITS:
                        lost += 1
                    else:
                        largest = max(largest, step)
    return crossings, largest, lost


def gdal_counts(folder, z):
    """Features per layer of a whole zoom as GDAL's driver reads it; anything it prints is a complaint."""
    run = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", "-oo", "TILE_EXTENSION=mvt", "-oo", "CLIP=NO", f"MVT:{folder / str(z)}"],
        capture_output=True, text=True,
    )
    if run.returncode != 0 or run.stderr.strip():
        complain(f"zoom {z}", f"GDAL says: {run.stderr.strip() or run.returncode}")
    counts, layer = {}, None
    for line in run.stdout.splitlines():
        if line.startswith("Layer name: "):
            layer = line.removeprefix("Layer name: ")
        elif line.startswith("Feature Count: "):
            counts[layer] = int(line.removeprefix("Feature Count: "))
    return counts


def node_counts(folder):
    """Features per zoom and layer as @mapbox/vector-tile reads them, and its complaints about rings."""
    run = subprocess.run(
        ["node", Path(__file__).with_name("tiles.mjs"), folder], capture_output=True, text=True
    )
    if run.returncode != 0 or run.stderr.strip():
        complain("all tiles", f"@mapbox/vector-tile: {run.stderr.strip()[:2000]}")
        return {}
    return json.loads(run.stdout)


def main(folder):
    edition = Edition(folder)
    by_node = node_counts(folder)
    print("| zoom | tiles | mean kB | polygons | overlap | gap | border twice | border missing | seam crossings | seam step"
          " | labels | grids without area | labels beside |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for z in range(edition.last + 1):
        edition.enter(z)
        zoom, seams = Zoom(), {}
        for path in sorted((folder / str(z)).glob("*/*.mvt")):
            layers = decode(path)
            zoom.tiles += 1
            zoom.bytes += path.stat().st_size
            zoom.features.update({name: len(features) for name, features in layers.items()})
            tile = (z, int(path.parent.name), int(path.stem))
            rims, where = judge_areas(path, tile, layers, zoom, edition)
            zoom.seams = seams.setdefault(tile, defaultdict(list))
            judge_borders(path, layers, zoom, rims, where)
            judge_labels(path, tile, layers, zoom, where, edition)
        expected = {code for code, tier in edition.tier.items() if z >= edition.first[tier]}
        wrong = [code for code in expected if zoom.labels[code] != 1] + [c for c in zoom.labels if c not in expected]
        if wrong:
            complain(f"zoom {z}", f"{len(wrong)} grids not labelled exactly once, such as {wrong[:5]}")
        crossings, step, lost = judge_seams(seams)
        for what, value in (("overlap", zoom.overlap), ("gap", zoom.gap), ("border twice", zoom.twice),
                            ("border missing", zoom.missing)):
            if value > 1e-3:
                complain(f"zoom {z}", f"{what}: {value} units")
        if lost:
            complain(f"zoom {z}", f"seams: {lost} of {crossings} crossings without a partner")
        for judge, counts in (("GDAL", gdal_counts(folder, z)), ("@mapbox/vector-tile", by_node.get(str(z), {}))):
            if {k: v for k, v in counts.items() if v} != dict(zoom.features):
                complain(f"zoom {z}", f"{judge} reads {counts}, mapbox-vector-tile reads {dict(zoom.features)}")
        print(f"| {z} | {zoom.tiles} | {zoom.bytes / 1000 / max(zoom.tiles, 1):.1f} | {zoom.polygons} | {zoom.overlap:.3g}"
              f" | {zoom.gap:.3g} | {zoom.twice:.3g} | {zoom.missing:.3g} | {crossings} | {step:.2f}"
              f" | {sum(zoom.labels.values())} | {len(expected - zoom.drawn)} | {zoom.astray} |", flush=True)
    for line in complaints[:40]:
        print(line, file=sys.stderr)
    if complaints:
        sys.exit(f"{len(complaints)} complaints")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
