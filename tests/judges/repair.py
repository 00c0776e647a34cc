"""Judges a repair by shapely (GEOS): exactly gapless afterwards, and nothing moved further than the tolerance.

usage: repair.py BEFORE.geojsonl AFTER.geojsonl TOLERANCE_M [ALLOWED_FINDINGS]

BEFORE is what came in, AFTER the edition that was built of it. For every tier the grids of AFTER have to be a valid coverage;
every grid's vertices, before and after, have to be within the tolerance of its border after and before; and its area may change
by no more than a strip of that width along its border. Prints one line of figures; ends with status 1 and the reason.
"""

import json
import math
import sys
from collections import defaultdict

import numpy as np
import shapely
from shapely.geometry import shape

METRES_PER_DEGREE = 111_320.0
# Rounding to the lattice, and the flat map of each grid: on both sides of the comparison.
SLACK_M = 0.03


def fail(reason):
    print(reason)
    sys.exit(1)


def read(path):
    grids = [json.loads(line) for line in open(path, encoding="utf-8")]
    return {grid["properties"]["code"]: (grid["properties"]["tier"], shape(grid["geometry"])) for grid in grids}


def in_metres(polygon, latitude):
    """On a flat map that is true at the latitude; never shorter than the ground."""
    scale = np.array([METRES_PER_DEGREE * math.cos(math.radians(latitude)), METRES_PER_DEGREE])
    return shapely.transform(polygon, lambda places: places * scale)


def farthest(polygon, border):
    """The largest distance of the polygon's vertices from a border."""
    shapely.prepare(border)
    return shapely.distance(shapely.points(shapely.get_coordinates(polygon)), border).max()


def main(before_path, after_path, tolerance_m):
    tolerance_m = float(tolerance_m)
    before, after = read(before_path), read(after_path)
    if set(before) != set(after):
        fail(f"other grids than before: {sorted(set(before) ^ set(after))[:10]}")
    tiers = defaultdict(list)
    for tier, polygon in after.values():
        tiers[tier].append(polygon)
    for tier, polygons in sorted(tiers.items()):
        invalid = [shapely.is_valid_reason(polygon) for polygon in polygons if not polygon.is_valid]
        if invalid:
            fail(f"tier {tier}: {invalid[0]}")
        if not shapely.coverage_is_valid(polygons):
            bad = [edges for edges in shapely.coverage_invalid_edges(polygons) if not edges.is_empty]
            fail(f"tier {tier} is no valid coverage at {len(bad)} grids, such as {bad[0].wkt[:200]}")
    slivers = []
    for tier, polygons in sorted(tiers.items()):
        for part in shapely.get_parts(shapely.coverage_union_all(polygons)):
            for hole in part.interiors:
                flat = in_metres(shapely.Polygon(hole), hole.centroid.y)
                if 2 * flat.area / flat.length < tolerance_m:
                    slivers.append((tier, hole.centroid.wkt))
    if slivers:
        fail(f"{len(slivers)} slivers are left, such as {slivers[0]}")
    farthest_m, largest_change_m, changed = 0.0, 0.0, 0
    for code, (_, was) in before.items():
        is_now = after[code][1]
        if was.equals_exact(is_now):
            continue
        latitude = was.centroid.y
        was, is_now = in_metres(was, latitude), in_metres(is_now, latitude)
        there, back = farthest(is_now, was.boundary), farthest(was, is_now.boundary)
        if max(there, back) > tolerance_m * 1.012 + SLACK_M:
            fail(f"{code}: vertices moved by {there:.3f} m, and lie {back:.3f} m off")
        change_m = abs(was.area - is_now.area) / was.length
        if change_m > tolerance_m:
            fail(f"{code}: its area changed by {change_m:.3f} m² for each metre of border")
        changed += not shapely.normalize(was).equals_exact(shapely.normalize(is_now))
        farthest_m, largest_change_m = max(farthest_m, there, back), max(largest_change_m, change_m)
    print(f"{len(after)} grids, {changed} changed, moved at most {farthest_m:.3f} m, area by {largest_change_m:.4f} m²/m")


main(*sys.argv[1:4])
