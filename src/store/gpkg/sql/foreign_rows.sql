-- The rows of a layer: number, size of the shape, the shape unless it is too large, whether it is bytes, and the fields.
-- What stands in braces is filled in with quoted names.
SELECT {number}, octet_length({shape}),
    CASE WHEN typeof({shape}) = 'blob' AND octet_length({shape}) <= ?1 THEN {shape} END,
    typeof({shape}) = 'blob'{fields}
FROM main.{layer}
