-- From when on each roster is in force, in the order they were recorded.
SELECT in_force_from FROM rosters ORDER BY id
