-- Whether any report came in then or later.
SELECT EXISTS (SELECT 1 FROM reports WHERE created_at >= ?1) AS is_there
