-- +goose Up
-- What is left of people whose records were erased: how many moved in and out of
-- a community in a month. sex and born_from (the first year of a band of five
-- birth years) are said where enough people have them in common, else '' and 0.
-- month is the first day of a month.
CREATE TABLE remainder (
    scope_code text COLLATE "C" NOT NULL,
    month      date     NOT NULL,
    sex        text     NOT NULL,
    born_from  smallint NOT NULL,
    came       bigint   NOT NULL,
    went       bigint   NOT NULL,
    CONSTRAINT remainder_pk PRIMARY KEY (scope_code, month, sex, born_from),
    CONSTRAINT remainder_month_ck CHECK (EXTRACT(DAY FROM month) = 1),
    CONSTRAINT remainder_sex_ck CHECK (sex IN ('', 'male', 'female')),
    CONSTRAINT remainder_born_ck CHECK (born_from % 5 = 0)
);

-- By what a file would bring an erased person back: a keyed hash of a reference
-- or of a number's blind, which tells nothing without both the key and the value.
-- A tie that begins on back_from or later is a new life here; null: none is.
CREATE TABLE erased_mark (
    mark      bytea CONSTRAINT erased_mark_pk PRIMARY KEY,
    back_from date
);

-- who has left, the longest gone first
CREATE INDEX person_left_ix ON person (left_on, id) WHERE left_on IS NOT NULL;
-- the rows set aside that name somebody who is erased
CREATE INDEX import_doubt_candidates_ix ON import_doubt USING gin (candidates jsonb_path_ops);
CREATE INDEX import_doubt_taken_ix ON import_doubt (taken) WHERE taken IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['remainder', 'erased_mark'] LOOP
        EXECUTE format('REVOKE ALL ON %I FROM onemap_app', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO onemap_people', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY remainder_seen ON remainder USING (current_setting('onemap.people', true) = 'everywhere'
    OR COALESCE(NULLIF(scope_code, ''), '-') ^@ ANY (string_to_array(current_setting('onemap.people', true), ',')));
-- only the program itself asks for marks
CREATE POLICY erased_mark_seen ON erased_mark USING (current_setting('onemap.people', true) = 'everywhere');

-- +goose Down
DROP INDEX import_doubt_taken_ix;
DROP INDEX import_doubt_candidates_ix;
DROP INDEX person_left_ix;
DROP TABLE erased_mark;
DROP TABLE remainder;
