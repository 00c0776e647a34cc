-- Where a report stands.
SELECT version, status FROM reports WHERE id = ?1
