"""Judges by GDAL, PROJ and GEOS whose grids points of Switzerland are in.

usage: swiss.py FOLDER EPSG ANSWERS.csv MARGIN_M

FOLDER has a year's cantons.shp, districts.shp and municipalities.shp of the npm package swiss-maps; ogr2ogr converts them. ANSWERS
has columns lon, lat, tier1, tier2, tier3, the codes being K and the canton's id, B and the district's, and the municipality's.
Points within the margin of a border of a tier are left out there. Prints one line of figures; ends with status 1 where they differ.
"""

import csv
import json
import math
import subprocess
import sys

import numpy as np
import shapely
from shapely.geometry import shape

LAYERS = [("cantons", "K"), ("districts", "B"), ("municipalities", "")]
SCALE = np.array([111_320.0 * math.cos(math.radians(46.8)), 111_200.0])


def layer(folder, name, epsg):
    command = ["ogr2ogr", "-f", "GeoJSONSeq", "-s_srs", f"EPSG:{epsg}", "-t_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=10",
               "/vsistdout/", f"{folder}/{name}.shp"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    features = [json.loads(line) for line in lines if line.strip()]
    shapes = shapely.transform([shape(feature["geometry"]) for feature in features], lambda places: places * SCALE)
    return [str(feature["properties"]["id"]) for feature in features], shapes


def main(folder, epsg, answers, margin_m):
    rows = list(csv.DictReader(open(answers, encoding="utf-8")))
    points = shapely.points(np.array([[float(row["lon"]), float(row["lat"])] for row in rows]) * SCALE)
    figures = []
    for number, (name, prefix) in enumerate(LAYERS, 1):
        ids, shapes = layer(folder, name, epsg)
        inside, tree = {}, shapely.STRtree(shapes)
        for point, polygon in zip(*tree.query(points, predicate="within")):
            inside.setdefault(point, []).append(prefix + ids[polygon])
        rims = shapely.boundary(shapes)
        near = set(shapely.STRtree(rims).query(points, predicate="dwithin", distance=float(margin_m))[0])
        judged = covered = 0
        for i, row in enumerate(rows):
            if i in near:
                continue
            expected = inside.get(i, [""])
            if row[f"tier{number}"] not in expected:
                sys.exit(f"{name}: {row} should be in {expected}")
            judged += 1
            covered += expected != [""]
        if covered < len(rows) / 4:
            sys.exit(f"{name}: only {covered} of {len(rows)} points are in a grid")
        figures.append(f"{name} {judged} ({covered} in one)")
    print("; ".join(figures))


main(*sys.argv[1:5])
