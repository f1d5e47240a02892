-- +goose Up
-- The name of whoever carries a care tag is sealed: then name and what names are
-- found by are empty, and name_blind, a keyed hash, finds the whole name only.
ALTER TABLE person
    ADD COLUMN name_sealed bytea,
    ADD COLUMN name_blind  bytea,
    ADD CONSTRAINT person_name_ck CHECK ((name_sealed IS NULL) = (name_blind IS NULL)
        AND (name_sealed IS NULL OR name = '' AND name_2 = '' AND name_3 = '' AND initials = ''));
ALTER TABLE person ALTER COLUMN name_sealed SET STATISTICS 0;
-- who has this name, of those whose name is sealed
CREATE INDEX person_name_blind_ix ON person (name_blind) WHERE name_blind IS NOT NULL;

-- +goose Down
DROP INDEX person_name_blind_ix;
ALTER TABLE person
    DROP CONSTRAINT person_name_ck,
    DROP COLUMN name_blind,
    DROP COLUMN name_sealed;
