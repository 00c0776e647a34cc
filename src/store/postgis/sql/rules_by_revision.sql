-- The rules of a revision.
SELECT revision, rules::text AS rules FROM rules WHERE revision = $1
