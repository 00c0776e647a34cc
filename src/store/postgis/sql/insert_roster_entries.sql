-- Entries of a new roster: an array for each column.
INSERT INTO roster_entries (roster, grid, party_group)
SELECT $1, grid, party_group FROM UNNEST($2::text[], $3::text[]) AS entry (grid, party_group)
