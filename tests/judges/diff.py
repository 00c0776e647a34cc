"""Judges the strips of land that change hands between two editions, by shapely.

usage: diff.py CASES.jsonl          prints figures; exits 1 and says where shapely disagrees

Each line is {"old": […], "new": […], "strips": […]}: grids with tier, code and shape, strips with tier, from, to and
shape, all in whole lattice units. In each tier, the strip from A to B must be what A (old) and B (new) have in common;
what only one of the editions covers goes from or to nobody. Crossings are rounded to the lattice, so a border may lie beside
shapely's by a unit: the two may differ by an area of as much along their outlines.
"""

import json
import sys
from collections import defaultdict

import shapely


def shape(polygons):
    # Grids made of cells come as many polygons side by side.
    return shapely.union_all([shapely.Polygon(rings[0], rings[1:]) for rings in polygons])


def expected(old, new):
    """What changes hands in one tier."""
    found = {}
    for a, before in old.items():
        for b, after in new.items():
            if a != b:
                found[a, b] = shapely.intersection(before, after)
    covered_old, covered_new = shapely.union_all(list(old.values())), shapely.union_all(list(new.values()))
    found.update({(a, None): shapely.difference(before, covered_new) for a, before in old.items()})
    found.update({(None, b): shapely.difference(after, covered_old) for b, after in new.items()})
    return {key: area for key, area in found.items() if area.area > 0}


def main(path):
    wrong, compared, worst = 0, 0, 0.0
    with open(path, encoding="utf-8") as lines:
        for number, case in enumerate(map(json.loads, lines), 1):
            tiers = defaultdict(lambda: ({}, {}, {}))
            for side, name in enumerate(["old", "new"]):
                for grid in case[name]:
                    tiers[grid["tier"]][side][grid["code"]] = shape(grid["shape"])
            for strip in case["strips"]:
                tiers[strip["tier"]][2][strip["from"], strip["to"]] = shape(strip["shape"])
            for tier, (old, new, ours) in tiers.items():
                theirs = expected(old, new)
                for key in theirs.keys() | ours.keys():
                    none = shapely.Polygon()
                    one, other = ours.get(key, none), theirs.get(key, none)
                    difference = shapely.symmetric_difference(one, other).area
                    allowed = one.length + other.length + 10
                    compared += 1
                    worst = max(worst, difference / allowed)
                    if difference > allowed:
                        wrong += 1
                        print(f"case {number} tier {tier} {key}: ours {one.area}, shapely's {other.area}", file=sys.stderr)
    print(f"{compared} strips compared, at most {worst:.3f} units beside shapely's on average along their outlines")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
