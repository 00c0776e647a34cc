-- Photos of reports, drawn anew before they are kept: nothing of the file that came is here but its colours.
CREATE TABLE report_photos (
    report text COLLATE "C" NOT NULL,
    number bigint NOT NULL,          -- from 1 on in each report
    at timestamptz NOT NULL,
    actor_via text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    sent_hash bytea NOT NULL,        -- SHA-256 of the file that was sent
    width bigint NOT NULL,           -- pixels of the picture
    height bigint NOT NULL,
    picture bytea NOT NULL,          -- JPEG
    thumbnail bytea NOT NULL,        -- JPEG
    PRIMARY KEY (report, number)
);
-- They are compressed already.
ALTER TABLE report_photos ALTER COLUMN picture SET STORAGE EXTERNAL, ALTER COLUMN thumbnail SET STORAGE EXTERNAL;
