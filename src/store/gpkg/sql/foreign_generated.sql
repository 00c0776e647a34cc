-- How many columns of tables are computed when they are read, by whatever text the file holds.
SELECT count(*) FROM main.sqlite_schema AS thing, pragma_table_xinfo(thing.name) AS field
WHERE thing.type = 'table' AND thing.sql NOT LIKE 'CREATE VIRTUAL%' AND field.hidden <> 0
