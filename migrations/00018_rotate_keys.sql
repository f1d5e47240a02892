-- +goose Up
-- The keys that this city's values are sealed with, one after another; number
-- counts them. Of the key itself there is a fingerprint only.
--   coming   announced: every process is to have it before anything is sealed with it
--   current  what is written is sealed with it
--   leaving  values are being sealed again with the current one
--   spent    no value is sealed with it any more; keyed hashes of it may be left
--   retired  nothing names it
-- lacking is said by a process that has not got the coming key.
ALTER TABLE sealing RENAME COLUMN one TO number;
ALTER TABLE sealing
    DROP CONSTRAINT sealing_one_ck,
    ADD COLUMN state   text    NOT NULL DEFAULT 'current',
    ADD COLUMN lacking boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT sealing_number_ck CHECK (number >= 1),
    ADD CONSTRAINT sealing_state_ck CHECK (state IN ('coming', 'current', 'leaving', 'spent', 'retired')),
    ADD CONSTRAINT sealing_fingerprint_uq UNIQUE (fingerprint);
-- one of each at a time
CREATE UNIQUE INDEX sealing_state_ix ON sealing (state) WHERE state IN ('coming', 'current', 'leaving');

-- Which key a hash was made with whose value nobody has any more: it cannot be
-- made anew, so that key is kept for it.
ALTER TABLE erased_mark ADD COLUMN key smallint NOT NULL DEFAULT 1;
ALTER TABLE recovery_code ADD COLUMN key smallint NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE recovery_code DROP COLUMN key;
ALTER TABLE erased_mark DROP COLUMN key;
DROP INDEX sealing_state_ix;
DELETE FROM sealing WHERE state <> 'current';
UPDATE sealing SET number = 1;
ALTER TABLE sealing
    DROP CONSTRAINT sealing_fingerprint_uq,
    DROP CONSTRAINT sealing_state_ck,
    DROP CONSTRAINT sealing_number_ck,
    DROP COLUMN lacking,
    DROP COLUMN state,
    ADD CONSTRAINT sealing_one_ck CHECK (number = 1);
ALTER TABLE sealing RENAME COLUMN number TO one;
