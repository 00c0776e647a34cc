-- The latest rows of the log first, by when, by whom and what; of an action's name, what stands before its point will do.
SELECT id, at, via, actor, name, address, action, subject, details FROM audit
WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR actor = ?3 OR name = ?3)
    AND (?4 IS NULL OR action = ?4 OR SUBSTR(action, 1, LENGTH(?4) + 1) = ?4 || '.')
ORDER BY id DESC LIMIT ?5
