"""Judges the owners that bulk lookups name, by GEOS.

usage: owners.py BORDERS.geojsonl.gz ANSWERS.csv        prints figures; exits 1 and says where GEOS disagrees

BORDERS are the features that were imported; they are put on the lattice of 1e-7 degree, where every coordinate is an
integer that a double holds exactly. ANSWERS has columns lon, lat, tier1, tier2, tier3.

A point in the interior of one grid of a tier must have that grid as its owner, and a point in the interior of several (the
input overlaps) one of them. A point on a border must have one of the grids that it touches, or nobody where it is the outer border.

Where borders of the input cross between lattice points, the edition rounds the crossing to the lattice, which moves borders there by
less than a unit. So the owner may also be a grid within one unit (1 cm) of the point, in at most 1 of 10,000 answers.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict

import shapely


def on_lattice(position):
    return [round(position[0] * 1e7), round(position[1] * 1e7)]


def polygons(geometry):
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for part in parts:
        rings = [[on_lattice(position) for position in ring] for ring in part]
        # Rings that have collapsed to a line have no inside.
        rings = [ring for ring in rings if len(ring) > 3 and shapely.Polygon(ring).area > 0]
        if rings:
            yield shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def main(borders, answers):
    codes, shapes = defaultdict(list), defaultdict(list)
    with gzip.open(borders, "rt", encoding="utf-8") as lines:
        for feature in map(json.loads, lines):
            tier = feature["properties"]["tier"]
            for shape in polygons(feature["geometry"]):
                codes[tier].append(feature["properties"]["code"])
                shapes[tier].append(shape)
    with open(answers, encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    points = shapely.points([on_lattice((float(row["lon"]), float(row["lat"]))) for row in rows])
    # The tree is of points, because GEOS prepares the geometries that are asked about: the large ones.
    tree = shapely.STRtree(points)
    wrong = 0
    for tier in sorted(shapes):
        found = {"contains": defaultdict(set), "intersects": defaultdict(set)}
        for predicate, sets in found.items():
            for shape, point in zip(*tree.query(shapes[tier], predicate=predicate)):
                sets[point].add(codes[tier][shape])
        seen = Counter()
        for i, row in enumerate(rows):
            owner = row[f"tier{tier}"]
            within, touched = found["contains"][i], found["intersects"][i]
            seen["inside" if within else "on a border" if touched else "outside"] += 1
            allowed = within or touched | {""} if touched else {""}
            if owner in allowed:
                continue
            near = {code for code, shape in zip(codes[tier], shapes[tier]) if shapely.dwithin(shape, points[i], 1)}
            if owner in near:
                seen["beside a rounded crossing"] += 1
            else:
                wrong += 1
                print(f"tier {tier}: {row['lon']},{row['lat']}: {owner or 'nobody'}, GEOS says {sorted(allowed)}", file=sys.stderr)
        print(f"tier {tier}: {dict(seen)}")
        if seen["beside a rounded crossing"] * 10_000 > len(rows):
            wrong += 1
            print(f"tier {tier}: more than 1 of 10,000 points lies beside a rounded crossing", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
