-- Only a superuser may.
CREATE EXTENSION IF NOT EXISTS postgis
