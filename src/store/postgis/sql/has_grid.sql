-- Whether an edition that was published, whenever, has a grid of that code.
SELECT EXISTS (
    SELECT 1 FROM editions
    WHERE state = 'published' AND EXISTS (SELECT 1 FROM grids WHERE grids.edition = editions.id AND grids.code = $1)
)
