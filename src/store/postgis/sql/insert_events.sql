-- Events after number $2: a JSON array of rows.
INSERT INTO events (number, at, kind, report, step, grids, origin, data)
SELECT $2 + event.after, event.at, event.kind, event.report, event.step, event.grids, event.origin, event.data
FROM json_to_recordset($1::json)
    AS event (after bigint, at timestamptz, kind text, report text, step bigint, grids json, origin text, data json)
