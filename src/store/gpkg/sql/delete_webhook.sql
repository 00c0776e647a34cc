-- Nobody is told there any more.
DELETE FROM webhooks WHERE id = ?1
