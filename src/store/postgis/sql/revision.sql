-- The number that every write raises.
SELECT revision FROM store_revision
