-- What was done, and who did it.
INSERT INTO audit (at, via, actor, name, address, action, subject, details)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
