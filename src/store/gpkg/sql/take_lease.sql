-- Takes or prolongs a lease, unless another holds it. The processes are on one machine, and have one clock.
INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?4)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE leases.holder = excluded.holder OR leases.until <= ?3
