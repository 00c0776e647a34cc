-- Keys of reports that another key forbade: a JSON array of ids.
DELETE FROM report_keys WHERE report IN (SELECT value FROM json_each(?1))
    AND (kind, origin, key) IN (SELECT json_extract(value, '$.kind'), json_extract(value, '$.origin'), json_extract(value, '$.key')
        FROM json_each(?2))
