-- Features of a draft: an array for each column.
INSERT INTO draft_features (edition, position, code, name, tier, parent, polygons, source, out_of_range, was)
SELECT $1, position, code, name, tier, parent, polygons, source, out_of_range::json, was::json
FROM UNNEST($2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::text[])
    AS feature (position, code, name, tier, parent, polygons, source, out_of_range, was)
