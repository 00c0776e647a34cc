-- Tells the programs that open the file where its layers lie: the range of the edition in force at this write.
UPDATE gpkg_contents
SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    (min_x, min_y, max_x, max_y) =
        (SELECT west, south, east, north FROM editions WHERE id = (SELECT id FROM edition_in_force))
WHERE data_type = 'features'
