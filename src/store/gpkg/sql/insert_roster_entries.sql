-- Entries of a new roster; the program appends VALUES with many rows.
INSERT INTO roster_entries (roster, grid, party_group)
