-- What the file says of itself.
INSERT INTO metadata (name, value) VALUES (?1, ?2)
