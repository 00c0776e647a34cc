INSERT INTO roster_people (roster, grid, position, role, name, phone) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
