-- The photo after that one.
SELECT report, number, at, actor_via, actor_id, actor_name, sent_hash, width, height, length(picture) AS bytes, picture, thumbnail
FROM report_photos WHERE (report, number) > (?1, ?2) ORDER BY report, number LIMIT 1
