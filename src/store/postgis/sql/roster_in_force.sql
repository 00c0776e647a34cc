-- Of several in force from the same moment the last recorded counts.
SELECT id FROM rosters WHERE in_force_from <= $1 ORDER BY in_force_from DESC, id DESC LIMIT 1
