-- What became of the codes of earlier editions: an array for each column.
INSERT INTO code_changes (edition, position, old_code, new_code, share)
SELECT $1, position, old_code, new_code, share
FROM UNNEST($2::bigint[], $3::text[], $4::text[], $5::double precision[]) AS change (position, old_code, new_code, share)
