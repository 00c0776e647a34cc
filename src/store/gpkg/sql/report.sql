SELECT report FROM editions WHERE id = ?1
