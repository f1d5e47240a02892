-- +goose Up
-- How often those in charge have urged a case (its events say who and why), and
-- the open ones of them, which every desk counts.
ALTER TABLE case_file ADD COLUMN urges integer NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD CONSTRAINT case_file_urges_ck CHECK (urges >= 0);
CREATE INDEX case_file_urged_ix ON case_file (scope_code) WHERE urges > 0 AND state NOT IN ('closed', 'rejected');

-- +goose Down
DROP INDEX case_file_urged_ix;
ALTER TABLE case_file DROP CONSTRAINT case_file_urges_ck;
ALTER TABLE case_file DROP COLUMN urges;
