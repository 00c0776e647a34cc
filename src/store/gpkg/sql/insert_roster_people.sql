-- People of a new roster; the program appends VALUES with many rows.
INSERT INTO roster_people (roster, grid, position, role, name, phone, deputy, serves_from, serves_until)
