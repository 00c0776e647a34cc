-- Keys of reports that another key forbade: a JSON array of ids, and one of the keys.
DELETE FROM report_keys USING json_populate_recordset(NULL::report_keys, $2::json) AS asked
WHERE report_keys.report IN (SELECT json_array_elements_text($1::json)) AND report_keys.kind = asked.kind
    AND report_keys.origin = asked.origin AND report_keys.key = asked.key
