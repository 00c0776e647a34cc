"""Coordinate systems by GDAL and PROJ: standard input holds EPSG numbers, one a line. For each, standard output gets a
line of JSON: the number, its text as Esri and as OGC write it without the number, and positions in it with what they
are in WGS 84, within the area where the system is used."""

import json
import random
import sys

from osgeo import osr

POINTS = 25
osr.UseExceptions()


def system(number):
    crs = osr.SpatialReference()
    # Esri's and Google's numbers for the system of web maps.
    crs.ImportFromEPSG(3857 if number in (102100, 900913) else number)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def without_authorities(text):
    """Cuts out `,AUTHORITY["…","…"]`."""
    parts = text.split(',AUTHORITY[')
    return parts[0] + ''.join(part[part.index(']') + 1:] for part in parts[1:])


wgs84 = system(4326)
random.seed(20260101)
for line in sys.stdin:
    number = int(line)
    crs = system(number)
    area = crs.GetAreaOfUse()
    east = area.east_lon_degree + (360 if area.east_lon_degree < area.west_lon_degree else 0)
    there = osr.CoordinateTransformation(wgs84, crs)
    back = osr.CoordinateTransformation(crs, wgs84)
    points = []
    while len(points) < POINTS:
        lon = random.uniform(area.west_lon_degree, east)
        lat = random.uniform(max(area.south_lat_degree, -85), min(area.north_lat_degree, 85))
        x, y, _ = there.TransformPoint((lon + 180) % 360 - 180, lat)
        lon, lat, _ = back.TransformPoint(x, y)
        points.append([x, y, lon, lat])
    print(json.dumps({
        'epsg': number,
        'esri': crs.ExportToWkt(['FORMAT=WKT1_ESRI']),
        'ogc': without_authorities(crs.ExportToWkt(['FORMAT=WKT1_GDAL'])),
        'points': points,
    }))
