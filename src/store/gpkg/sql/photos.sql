-- The photos of a report, without the pictures.
SELECT report, number, at, actor_via, actor_id, actor_name, sent_hash, width, height, length(picture) AS bytes
FROM report_photos WHERE report = ?1 ORDER BY number
