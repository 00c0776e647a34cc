INSERT INTO roster_entries (roster, grid, party_group) VALUES (?1, ?2, ?3)
