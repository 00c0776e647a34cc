-- All of them, in the order of the editions, and as each edition gave them.
SELECT edition, old_code, new_code, share FROM code_changes ORDER BY edition, position
