#!/bin/bash
# Makes the first files of the corpus with independent programs: GDAL, sqlite3, zip, node. What the fuzzers find is added to
# them by `fuzz.sh cmin`.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in flatgeobuf geojson gpkg gpkg_blob kml kmz roster_csv roster_xlsx topojson zip; do
  mkdir -p "corpus/$target"
done

cat > "$work/net.geojsonl" <<'END'
{"type":"Feature","properties":{"code":"3401","name":"一组","tier":3,"parent":"34"},"geometry":{"type":"Polygon","coordinates":[[[116.9,30.8],[117,30.8],[117,30.9],[116.9,30.9],[116.9,30.8]],[[116.92,30.82],[116.92,30.84],[116.94,30.84],[116.92,30.82]]]}}
{"type":"Feature","properties":{"code":"3402","name":"二组","tier":3,"parent":"34"},"geometry":{"type":"MultiPolygon","coordinates":[[[[117,30.8],[117.1,30.8],[117.1,30.9],[117,30.9],[117,30.8]]],[[[118,30.8],[118.1,30.8],[118,30.9],[118,30.8]]]]}}
{"type":"Feature","properties":{"code":"3403","name":null,"tier":"三级"},"geometry":null}
END
net=$work/net.geojsonl
cp "$net" corpus/geojson/lines
printf '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4490"}},"features":[%s]}' \
  "$(paste -sd, "$net")" > corpus/geojson/collection
gzip -9nc corpus/geojson/collection > corpus/geojson/gzip
printf '{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[1,2,3],[4,5,6],[7,8e-1,9],[1,2,3]]]}]}' > corpus/geojson/bare

for layers in "SPATIAL_INDEX=YES" "SPATIAL_INDEX=NO"; do
  ogr2ogr -f FlatGeobuf "$work/$layers.fgb" "$net" -lco "$layers" -nlt GEOMETRY
  cp "$work/$layers.fgb" "corpus/flatgeobuf/${layers,,}"
done
ogr2ogr -f FlatGeobuf "$work/zone.fgb" "$net" -t_srs EPSG:4527 -nlt PROMOTE_TO_MULTI -dim XYZ -where "tier = '3'" && cp "$work/zone.fgb" corpus/flatgeobuf/zone

ogr2ogr -f LIBKML "$work/lib.kml" "$net" && cp "$work/lib.kml" corpus/kml/lib
ogr2ogr -f KML "$work/plain.kml" "$net" && cp "$work/plain.kml" corpus/kml/plain
sed 's/utf-8/GBK/' "$work/plain.kml" | iconv -t GBK > corpus/kml/gbk
iconv -f UTF-8 -t UTF-16 "$work/plain.kml" > corpus/kml/utf16
ogr2ogr -f LIBKML "$work/net.kmz" "$net" && cp "$work/net.kmz" corpus/kmz/links
cp "$work/plain.kml" "$work/doc.kml"
(cd "$work" && zip -qX stored.kmz -0 doc.kml && zip -qX packed.kmz -9 doc.kml)
cp "$work/stored.kmz" corpus/kmz/stored
cp "$work/packed.kmz" corpus/kmz/packed

ogr2ogr -f "ESRI Shapefile" "$work/shp" "$net" -lco ENCODING=GBK -t_srs EPSG:4527 -nlt POLYGON 2> /dev/null
(cd "$work/shp" && zip -qX ../shp.zip ./*)
cp "$work/shp.zip" corpus/zip/gbk

# Small pages, and only what a GeoPackage has to have, so that the fuzzer gets round in it.
small() {
  rm -f "$work/small.gpkg"
  sqlite3 "$work/small.gpkg" <<END
PRAGMA page_size = 512; PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY, organization, organization_coordsys_id, definition, description);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type, identifier, srs_id);
CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name, geometry_type_name, srs_id, z, m);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84"]', '');
$1
END
  cp "$work/small.gpkg" "corpus/gpkg/$2"
}
layer() {
  echo "CREATE TABLE $1 (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT, tier);
    INSERT INTO gpkg_contents VALUES ('$1', 'features', '$1', 4326); INSERT INTO gpkg_geometry_columns VALUES ('$1', 'geom', 'POLYGON', 4326, 0, 0);"
}
blob() { # a square of WKB, its first corner as given
  /usr/bin/python3 - "$1" "$2" <<'END'
import sys
from osgeo import ogr
x, y = float(sys.argv[1]), float(sys.argv[2])
ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
shape = ogr.CreateGeometryFromWkt("POLYGON ((" + ", ".join(f"{a} {b}" for a, b in ring) + "))")
print((b"GP\x00\x01\xe6\x10\x00\x00" + bytes(shape.ExportToWkb(ogr.wkbNDR))).hex())
END
}
small "$(layer net) INSERT INTO net VALUES (1, x'$(blob 100 30)', '01', 'a', 3), (7, x'$(blob 101 30)', NULL, 'b', 2.5), (8, NULL, 5, x'00', '三级');" net
small "$(layer tier1) $(layer tier2) CREATE INDEX i ON tier1 (code); CREATE VIEW v AS SELECT * FROM tier1;
  INSERT INTO tier1 VALUES (1, x'$(blob 100 30)', '01', 'a', NULL); INSERT INTO tier2 VALUES (1, x'$(blob 100 30)', '0101', 'a', NULL);" tiers
/usr/bin/python3 - <<'END'
from osgeo import ogr
shapes = {"polygon": "POLYGON ((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))", "multi": "MULTIPOLYGON Z (((0 0 5,1 0 5,1 1 5,0 0 5)),((2 2 5,3 2 5,3 3 5,2 2 5)))",
  "collection": "GEOMETRYCOLLECTION (POLYGON ((0 0,1 0,1 1,0 0)),GEOMETRYCOLLECTION (POLYGON M ((0 0 1,1 0 1,1 1 1,0 0 1))))", "curve": "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0,1 0,1 1),(1 1,0 0)))", "empty": "POLYGON EMPTY"}
for name, wkt in shapes.items():
    shape = ogr.CreateGeometryFromWkt(wkt)
    for order, flag, word in [(ogr.wkbNDR, b"\x01", "little"), (ogr.wkbXDR, b"\x00", "big")]:
        open(f"corpus/gpkg_blob/{name}_{word}", "wb").write(b"GP\x00" + flag + b"\xe6\x10\x00\x00" + bytes(shape.ExportToIsoWkb(order)))
END

(cd ../tests/judges && node topojson.mjs 0) < <(grep -v null "$net") > corpus/topojson/plain
(cd ../tests/judges && node topojson.mjs 100 by-tier) < <(grep -v null "$net") > corpus/topojson/quantized
printf '{"type":"Topology","arcs":[[[0,0],[1,0],[1,1]],[[1,1],[0,0]]],"objects":{"a":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","id":1,"properties":{"code":"1"},"arcs":[[[0,1],[-2,-1]]]},{"type":null}]}}}' > corpus/topojson/reversed

printf 'grid,party_group,role,name,phone\n3401,一组,leader,张甲,00012345678\n3401,一组,mediator,李乙,\n' > corpus/roster_csv/utf8
printf '网格,党小组,职务,姓名,电话\n3401,一组,网格长,张甲,00012345678\n' | iconv -t GBK > corpus/roster_csv/gbk
printf '\xef\xbb\xbf网格;党小组;职务;姓名\r\n"34""01";"一\n组";网格长;张甲\r\n' > corpus/roster_csv/quotes
ogr2ogr -f XLSX "$work/roster.xlsx" corpus/roster_csv/utf8 2> /dev/null || ogr2ogr -f XLSX "$work/roster.xlsx" CSV:corpus/roster_csv/utf8 2> /dev/null || true
[ ! -s "$work/roster.xlsx" ] || cp "$work/roster.xlsx" corpus/roster_xlsx/gdal
