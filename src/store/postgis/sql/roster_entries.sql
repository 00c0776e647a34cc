-- The entries of one roster by grid.
SELECT grid, party_group FROM roster_entries WHERE roster = $1 ORDER BY grid
