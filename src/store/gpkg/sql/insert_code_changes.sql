-- What became of the codes of earlier editions; the program appends VALUES with many rows.
INSERT INTO code_changes (edition, position, old_code, new_code, share)
