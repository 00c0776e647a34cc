-- A field among the columns of a row; of a long text only the beginning, for no code is as long.
CASE WHEN octet_length({field}) <= 4000 THEN {field} ELSE substr({field}, 1, 1000) END
