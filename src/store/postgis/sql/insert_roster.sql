-- A new roster; its entries and people follow.
INSERT INTO rosters (in_force_from, recorded_at) VALUES ($1, $2) RETURNING id
