-- People of a new roster: an array for each column.
INSERT INTO roster_people (roster, grid, position, role, name, phone, deputy, serves_from, serves_until)
SELECT $1, grid, position, role, name, phone, deputy, serves_from, serves_until
FROM UNNEST($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::date[], $9::date[])
    AS person (grid, position, role, name, phone, deputy, serves_from, serves_until)
