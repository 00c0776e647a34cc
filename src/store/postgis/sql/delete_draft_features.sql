-- The partition takes their place.
DELETE FROM draft_features WHERE edition = $1
