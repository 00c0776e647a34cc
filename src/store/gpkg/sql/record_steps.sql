-- What was done to reports, and who did it: a JSON array of rows.
INSERT INTO audit (at, via, actor, name, address, action, subject, details)
SELECT json_extract(value, '$.at'), json_extract(value, '$.via'), json_extract(value, '$.actor'),
    json_extract(value, '$.name'), json_extract(value, '$.address'), json_extract(value, '$.action'),
    json_extract(value, '$.subject'), json_extract(value, '$.details')
FROM json_each(?1)
