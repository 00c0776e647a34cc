-- The partitions of a month.
SELECT make_report_month($1, $2)
