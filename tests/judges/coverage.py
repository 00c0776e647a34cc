"""Judges by shapely (GEOS) whether grids in GeoJSONL are an exact partition in three nested tiers.

Usage: coverage.py FILE.geojsonl. Prints one line of figures; ends with status 1 and the reason when something is wrong.
"""

import json
import sys
from collections import defaultdict

import shapely
from shapely.geometry import shape


def fail(reason):
    print(reason)
    sys.exit(1)


def main(path):
    grids = [json.loads(line) for line in open(path, encoding="utf-8")]
    shapes = {grid["properties"]["code"]: shape(grid["geometry"]) for grid in grids}
    if len(shapes) != len(grids):
        fail("a code is there twice")
    tiers = defaultdict(list)
    children = defaultdict(list)
    for grid in grids:
        properties = grid["properties"]
        tiers[properties["tier"]].append(properties["code"])
        if "parent" in properties:
            children[properties["parent"]].append(properties["code"])
    figures = []
    whole = None
    for tier, codes in sorted(tiers.items()):
        polygons = [shapes[code] for code in codes]
        for code, polygon in zip(codes, polygons):
            if not polygon.is_valid:
                fail(f"{code}: {shapely.is_valid_reason(polygon)}")
        if not shapely.coverage_is_valid(polygons):
            fail(f"the grids of tier {tier} do not share their borders vertex for vertex")
        union = shapely.coverage_union_all(polygons)
        if not union.is_valid or union.geom_type != "Polygon":
            fail(f"the union of tier {tier} is {union.geom_type}: {shapely.is_valid_reason(union)}")
        if abs(sum(polygon.area for polygon in polygons) / union.area - 1) > 1e-9:
            fail(f"the areas of tier {tier} do not add up to that of their union")
        if whole is not None and set(union.boundary.coords) != set(whole.boundary.coords):
            fail(f"tier {tier} has another outline than the tier above")
        whole = union
        vertices = shapely.get_num_coordinates(polygons)
        figures.append(f"tier {tier}: {len(codes)} grids, {vertices.sum() / len(codes):.1f} vertices each")
    for parent, codes in children.items():
        union = shapely.coverage_union_all([shapes[code] for code in codes])
        if shapely.symmetric_difference(union, shapes[parent]).area > 0:
            fail(f"{parent} is not the union of its {len(codes)} children")
    print("; ".join(figures))


main(sys.argv[1])
