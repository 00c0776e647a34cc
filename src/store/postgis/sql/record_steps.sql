-- What was done to reports, and who did it: an array for each column.
INSERT INTO audit (at, via, actor, name, address, action, subject, details)
SELECT at, via, actor, name, address, action, subject, details::json
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    AS taken (at, via, actor, name, address, action, subject, details)
