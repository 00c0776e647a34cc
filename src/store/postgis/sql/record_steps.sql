-- What was done to reports, and who did it: a JSON array of rows.
INSERT INTO audit (at, via, actor, name, address, action, subject, details)
SELECT at, via, actor, name, address, action, subject, details
FROM json_to_recordset($1::json) AS taken (
    at timestamptz, via text, actor text, name text, address text, action text, subject text, details json
)
