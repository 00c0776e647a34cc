-- Everything of ours is in here.
CREATE SCHEMA gridward
