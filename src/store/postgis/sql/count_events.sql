-- So many events more; the number of the last one so far.
UPDATE event_counter SET last = last + $1 RETURNING last - $1
