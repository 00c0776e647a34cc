-- Forgets a draft; its features are gone already. A trigger keeps published editions.
DELETE FROM editions WHERE id = $1 AND state = 'draft'
