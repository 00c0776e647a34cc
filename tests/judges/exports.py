"""Compares the files of `gridward export` with one another: `exports.py FOLDER` with grids.geojsonl, grids.fgb, grids.csv and
grids.mbtiles in it. Judges: GDAL (ogr2ogr), shapely, pandas, sqlite3. Prints what differs, and of every tile of the MBTiles
file the SHA-256."""

import gzip
import hashlib
import json
import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas
import shapely
from shapely.geometry import shape

folder = Path(sys.argv[1])
wrong = []


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def ogr(file, *options):
    command = ["ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", str(folder / file), *options]
    return lines(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


grids = {f["properties"]["code"]: f for f in lines((folder / "grids.geojsonl").read_text())}

# FlatGeobuf: the same grids, to the last digit, and a spatial index that finds.
flat = {f["properties"]["code"]: f for f in ogr("grids.fgb", "-lco", "COORDINATE_PRECISION=9")}
if flat.keys() != grids.keys():
    wrong.append(f"FlatGeobuf has other codes: {flat.keys() ^ grids.keys()}")
for code, feature in grids.items():
    theirs = flat[code]
    for name in ["name", "tier", "parent"]:
        if feature["properties"].get(name) != theirs["properties"].get(name):
            wrong.append(f"FlatGeobuf: {name} of {code}")
    a, b = (shapely.multipolygons([shape(f["geometry"])]) if f["geometry"]["type"] == "Polygon" else shape(f["geometry"])
            for f in (feature, theirs))
    if not a.normalize().equals_exact(b.normalize(), 1e-9):
        wrong.append(f"FlatGeobuf: shape of {code}")
box = shape(next(iter(grids.values()))["geometry"]).bounds
found = {f["properties"]["code"] for f in ogr("grids.fgb", "-spat", *map(str, box))}
there = {code for code, f in grids.items() if shape(f["geometry"]).intersects(shapely.box(*box))}
if found != there:
    wrong.append(f"FlatGeobuf: the index finds {found ^ there} otherwise")

# CSV: every grid, its area as the radii of the ellipsoid have it, its place inside.
table = pandas.read_csv(folder / "grids.csv", dtype={"code": str, "parent": str, "answers_grid": str})
if list(table["code"]) != list(grids):
    wrong.append("CSV has other codes")
if "phone" in " ".join(table.columns) or table.astype(str).apply(lambda c: c.str.contains(r"^0{3}\d{8}$")).any().any():
    wrong.append("CSV has phones")
for row in table.itertuples():
    polygon = shape(grids[row.code]["geometry"])
    latitude = math.radians(polygon.centroid.y)
    e2 = 0.00669437999014
    w = 1 - e2 * math.sin(latitude) ** 2
    km2 = polygon.area * math.radians(1) ** 2 * 6378.137**2 * (1 - e2) / w**2 * math.cos(latitude)
    if abs(row.area_km2 / km2 - 1) > 1e-4:
        wrong.append(f"CSV: area of {row.code} is {row.area_km2}, not {km2}")
    if not polygon.contains(shapely.Point(row.lon, row.lat)):
        wrong.append(f"CSV: the label of {row.code} lies outside")
    if not row.path.endswith(grids[row.code]["properties"]["name"]) or row.path.count("/") != row.tier - 1:
        wrong.append(f"CSV: path of {row.code}")
if table["answers"].isna().any():
    wrong.append("CSV: somebody should answer everywhere in the demo")

# MBTiles: GDAL finds every grid of tier 3 at the last zoom, sqlite3 reads the tiles.
codes = {f["properties"]["code"] for f in ogr("grids.mbtiles", "tier3", "-select", "code")}
if codes != {code for code, f in grids.items() if f["properties"]["tier"] == 3}:
    wrong.append("MBTiles: GDAL finds other grids of tier 3")
mbtiles = sqlite3.connect(folder / "grids.mbtiles")
metadata = dict(mbtiles.execute("SELECT name, value FROM metadata"))
if mbtiles.execute("PRAGMA integrity_check").fetchone() != ("ok",):
    wrong.append("MBTiles is damaged")
tiles = {}
for z, x, row, data in mbtiles.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
    tiles[f"{z} {x} {2**z - 1 - row}"] = hashlib.sha256(gzip.decompress(data)).hexdigest()

print(json.dumps({"wrong": wrong, "metadata": metadata, "tiles": tiles}))
