-- Events after number ?2: a JSON array of rows.
INSERT INTO events (number, at, kind, report, step, grids, origin, data)
SELECT ?2 + json_extract(value, '$.after'), json_extract(value, '$.at'), json_extract(value, '$.kind'),
    json_extract(value, '$.report'), json_extract(value, '$.step'), json_extract(value, '$.grids'),
    json_extract(value, '$.origin'), json_extract(value, '$.data')
FROM json_each(?1)
