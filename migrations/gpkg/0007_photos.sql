-- Photos of reports, drawn anew before they are kept: nothing of the file that came is here but its colours.
CREATE TABLE report_photos (
    report TEXT NOT NULL,
    number INTEGER NOT NULL,         -- from 1 on in each report
    at TEXT NOT NULL,
    actor_via TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    sent_hash BLOB NOT NULL,         -- SHA-256 of the file that was sent
    width INTEGER NOT NULL,          -- pixels of the picture
    height INTEGER NOT NULL,
    picture BLOB NOT NULL,           -- JPEG
    thumbnail BLOB NOT NULL,         -- JPEG
    PRIMARY KEY (report, number)
) STRICT;
