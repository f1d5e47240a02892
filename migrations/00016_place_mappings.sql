-- +goose Up

-- A mapping belongs to the place of whoever keeps it: the prefixes of the region
-- code, between commas; '' is the whole installation, and the command line.
ALTER TABLE import_mapping ADD COLUMN scope text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE import_mapping DROP CONSTRAINT import_mapping_pk;
ALTER TABLE import_mapping ADD CONSTRAINT import_mapping_pk PRIMARY KEY (scope, name);

-- +goose Down
DELETE FROM import_mapping WHERE scope <> '';
ALTER TABLE import_mapping DROP CONSTRAINT import_mapping_pk;
ALTER TABLE import_mapping ADD CONSTRAINT import_mapping_pk PRIMARY KEY (name);
ALTER TABLE import_mapping DROP COLUMN scope;
