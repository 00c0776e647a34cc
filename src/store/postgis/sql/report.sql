-- The report kept with an edition.
SELECT report::text AS report FROM editions WHERE id = $1
