-- The columns of a layer; those with `hidden` are computed when they are read.
SELECT name, upper(type), pk, hidden FROM pragma_table_xinfo(?1) LIMIT 2001
