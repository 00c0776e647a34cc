-- A report after a further step: a row as JSON. Nothing where another step came between.
UPDATE reports SET
    updated_at = json_extract(?1, '$.updated_at'), version = json_extract(?1, '$.version'), status = json_extract(?1,
    '$.status'), level = json_extract(?1, '$.level'), grid = json_extract(?1, '$.grid'), category = json_extract(?1,
    '$.category'), description = json_extract(?1, '$.description'), occurred_at = json_extract(?1, '$.occurred_at'),
    reporter_name = json_extract(?1, '$.reporter_name'), reporter_phone = json_extract(?1, '$.reporter_phone'), lon =
    json_extract(?1, '$.lon'), lat = json_extract(?1, '$.lat'), tier1 = json_extract(?1, '$.tier1'), tier2 =
    json_extract(?1, '$.tier2'), tier3 = json_extract(?1, '$.tier3'), assignment = json_extract(?1, '$.assignment'),
    due_at = json_extract(?1, '$.due_at'), warned_at = json_extract(?1, '$.warned_at'), overdue_since =
    json_extract(?1, '$.overdue_since'), settled_level = json_extract(?1, '$.settled_level'), settled_at =
    json_extract(?1, '$.settled_at'), merged_into = json_extract(?1, '$.merged_into')
WHERE id = json_extract(?1, '$.id') AND version = json_extract(?1, '$.version') - 1
