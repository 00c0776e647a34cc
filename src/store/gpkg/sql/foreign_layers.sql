-- The layers with shapes, and what is known of their coordinate systems.
SELECT layer.table_name, shape.column_name, layer.data_type, crs.organization, crs.organization_coordsys_id,
    substr(crs.definition, 1, 20000), shape.srs_id
FROM (SELECT table_name, data_type FROM main.gpkg_contents WHERE data_type = 'features' LIMIT 1001) AS layer
JOIN main.gpkg_geometry_columns AS shape ON shape.table_name = layer.table_name COLLATE NOCASE
LEFT JOIN main.gpkg_spatial_ref_sys AS crs ON crs.srs_id = shape.srs_id
LIMIT 1001
