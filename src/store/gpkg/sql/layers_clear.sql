-- The layers are written anew: first emptied …
DELETE FROM tier1;
DELETE FROM tier2;
DELETE FROM tier3;
DELETE FROM edition_in_force;
DELETE FROM sqlite_sequence WHERE name IN ('tier1', 'tier2', 'tier3', 'edition_in_force');
