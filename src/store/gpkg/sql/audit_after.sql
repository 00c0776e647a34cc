-- Rows of the log in their order, after one.
SELECT id, at, via, actor, name, address, action, subject, details FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2
