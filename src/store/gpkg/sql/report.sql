-- The report kept with an edition.
SELECT report FROM editions WHERE id = ?1
