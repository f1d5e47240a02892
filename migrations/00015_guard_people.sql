-- +goose Up
-- People's tables are read through the role onemap_people only, and there only
-- within what people_context has told the transaction; the role onemap_app,
-- which the rest of the program works under, does not reach them at all. Both
-- roles are made before any migration runs (api/pg).
--
-- scope_code is where the person (the household: the dwelling) is seen: a fold,
-- so that every policy compares a column of its own row.
ALTER TABLE household ADD COLUMN scope_code text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE residence ADD COLUMN scope_code text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE person_tag ADD COLUMN scope_code text COLLATE "C" NOT NULL DEFAULT '';
UPDATE household h SET scope_code = d.scope_code FROM dwelling d WHERE d.id = h.dwelling_id;
UPDATE residence r SET scope_code = p.scope_code FROM person p WHERE p.id = r.person_id;
UPDATE person_tag t SET scope_code = p.scope_code FROM person p WHERE p.id = t.person_id;

-- As before, and with the column that the policy asks for: else the index alone
-- could not answer.
DROP INDEX person_building_ix;
CREATE INDEX person_building_ix ON person (building_id, born_on) INCLUDE (household_id, dwelling_id, id, left_on, lives_alone, scope_code) WHERE building_id IS NOT NULL;

-- When an account has read records in full within the last hour: one row each,
-- as long as the measure of an hour.
CREATE TABLE person_allowance (
    account_id uuid CONSTRAINT person_allowance_pk PRIMARY KEY,
    taken      timestamptz[] NOT NULL
);

-- What the rest of a transaction sees of people: seen is 'everywhere' or the
-- prefixes of region codes, '-' for people without a place; tags the same after
-- a tag and a slash. Settings are made by literal SET LOCAL, which a sharded
-- server carries to its nodes, with these keys and no other.
-- +goose StatementBegin
CREATE FUNCTION people_context(seen text, tags text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL onemap.people = %L', seen);
    EXECUTE format('SET LOCAL onemap.people_tags = %L', tags);
END
$$;
-- +goose StatementEnd

-- Unset is NULL, and after a transaction with a setting it is '': neither shows a row.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['household', 'person', 'residence'] LOOP
        EXECUTE format($policy$CREATE POLICY %I ON %I USING (current_setting('onemap.people', true) = 'everywhere'
            OR COALESCE(NULLIF(scope_code, ''), '-') ^@ ANY (string_to_array(current_setting('onemap.people', true), ',')))$policy$, name || '_seen', name);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- A tag is seen by those who hold its purpose, where they hold it.
CREATE POLICY person_tag_seen ON person_tag USING (current_setting('onemap.people_tags', true) = 'everything'
    OR (tag || '/' || COALESCE(NULLIF(scope_code, ''), '-')) ^@ ANY (string_to_array(current_setting('onemap.people_tags', true), ',')));

-- +goose StatementBegin
DO $$
DECLARE
    here text := quote_ident(current_schema());
    name text;
BEGIN
    EXECUTE 'GRANT USAGE ON SCHEMA ' || here || ' TO onemap_app';
    EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ' || here || ' TO onemap_app';
    -- tables of later migrations
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || here || ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO onemap_app';
    FOREACH name IN ARRAY ARRAY['household', 'person', 'residence', 'person_tag'] LOOP
        EXECUTE format('REVOKE ALL ON %I FROM onemap_app', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO onemap_people', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
    -- what is only ever added to
    FOREACH name IN ARRAY ARRAY['case_event', 'change_log', 'change_batch', 'change_epoch', 'audit_inbox'] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON %I FROM onemap_app', name);
    END LOOP;
    -- what the program itself keeps
    FOREACH name IN ARRAY ARRAY['goose_db_version', 'audit_log', 'audit_head', 'sealing'] LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I FROM onemap_app', name);
    END LOOP;
    GRANT INSERT, UPDATE ON sealing TO onemap_people;
    REVOKE EXECUTE ON FUNCTION people_context FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION people_context TO onemap_people;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP INDEX person_building_ix;
CREATE INDEX person_building_ix ON person (building_id, born_on) INCLUDE (household_id, dwelling_id, id, left_on, lives_alone) WHERE building_id IS NOT NULL;
-- +goose StatementBegin
DO $$
DECLARE
    here text := quote_ident(current_schema());
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['household', 'person', 'residence', 'person_tag'] LOOP
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
        EXECUTE format('DROP POLICY %I ON %I', name || '_seen', name);
        IF name <> 'person' THEN
            EXECUTE format('ALTER TABLE %I DROP COLUMN scope_code', name);
        END IF;
    END LOOP;
    EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA ' || here || ' FROM onemap_app, onemap_people';
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || here || ' REVOKE ALL ON TABLES FROM onemap_app';
    EXECUTE 'REVOKE USAGE ON SCHEMA ' || here || ' FROM onemap_app';
END
$$;
-- +goose StatementEnd
DROP FUNCTION people_context;
DROP TABLE person_allowance;
