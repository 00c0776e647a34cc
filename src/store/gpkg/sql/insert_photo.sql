-- A photo of a report.
INSERT INTO report_photos (
    report, number, at, actor_via, actor_id, actor_name, sent_hash, width, height, picture, thumbnail
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
