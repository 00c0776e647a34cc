-- The latest rows of the log first, by when, by whom and what; of an action's name, what stands before its point will do.
SELECT id, at, via, actor, name, address, action, subject, details::text AS details FROM audit
WHERE ($1::bigint IS NULL OR id < $1::bigint) AND ($2::timestamptz IS NULL OR at >= $2::timestamptz) AND ($3::text IS NULL OR actor = $3::text OR name = $3::text)
    AND ($4::text IS NULL OR action = $4::text OR SUBSTR(action, 1, LENGTH($4::text) + 1) = $4::text || '.')
ORDER BY id DESC LIMIT $5::bigint
