-- The rules of a revision.
SELECT revision, rules FROM rules WHERE revision = ?1
