-- +goose Up
-- The registry: what stands in the city (building, its units, storeys and
-- dwellings), who works in it (organisation), and what its facilities are called
-- in each edition of a code list.
-- words holds the lexemes that a search finds an object by; api/find makes them.
-- address_key is the standard address without what does not tell two houses apart.
ALTER TABLE building
    ADD COLUMN code         text,
    ADD COLUMN address_key  text     NOT NULL DEFAULT '',
    ADD COLUMN levels_below smallint,
    ADD COLUMN built_year   smallint,
    ADD COLUMN structure    text     NOT NULL DEFAULT '',
    ADD COLUMN words        tsvector NOT NULL DEFAULT '',
    ADD CONSTRAINT building_code_uq UNIQUE (code),
    ADD CONSTRAINT building_below_ck CHECK (levels_below BETWEEN 0 AND 20),
    ADD CONSTRAINT building_year_ck CHECK (built_year BETWEEN 1000 AND 2200);
-- search by words
CREATE INDEX building_words_ix ON building USING gin (words) WITH (fastupdate = on);
-- a row of a file meets the building of its address
CREATE INDEX building_address_ix ON building (address_key) WHERE address_key <> '';

-- A staircase of a building: 1单元.
CREATE TABLE building_unit (
    id          uuid     CONSTRAINT building_unit_pk PRIMARY KEY,
    building_id uuid     NOT NULL,
    code        text     NOT NULL,
    ordinal     smallint NOT NULL,
    lift        boolean  NOT NULL DEFAULT false,
    CONSTRAINT building_unit_code_uq UNIQUE (building_id, code),
    CONSTRAINT building_unit_ordinal_uq UNIQUE (building_id, ordinal),
    CONSTRAINT building_unit_building_fk FOREIGN KEY (building_id) REFERENCES building (id) ON DELETE CASCADE
);

-- Storeys count from 0, the ground floor, without a gap; below ground is
-- negative. label is what the lift's button says: 1, 12A, B1.
CREATE TABLE building_storey (
    id          uuid     CONSTRAINT building_storey_pk PRIMARY KEY,
    building_id uuid     NOT NULL,
    ordinal     smallint NOT NULL,
    label       text     NOT NULL,
    kind        text     NOT NULL,
    base_m      real,
    height_m    real,
    CONSTRAINT building_storey_ordinal_uq UNIQUE (building_id, ordinal),
    CONSTRAINT building_storey_label_uq UNIQUE (building_id, label),
    CONSTRAINT building_storey_kind_ck CHECK (kind IN ('above', 'ground', 'below', 'mezzanine', 'roof')),
    CONSTRAINT building_storey_side_ck CHECK ((ordinal < 0) = (kind = 'below')),
    CONSTRAINT building_storey_height_ck CHECK (height_m > 0 AND height_m < 100),
    CONSTRAINT building_storey_building_fk FOREIGN KEY (building_id) REFERENCES building (id) ON DELETE CASCADE
);

-- A room with a door of its own, whatever it is used for. storey_to is above
-- storey_from for a duplex; col and colspan place it in the stack of its unit.
-- grid_code and scope_code are those of its building.
CREATE TABLE dwelling (
    id          uuid     CONSTRAINT dwelling_pk PRIMARY KEY,
    source      text     NOT NULL,
    source_ref  text     NOT NULL,
    building_id uuid     NOT NULL,
    unit_id     uuid,
    storey_from smallint NOT NULL,
    storey_to   smallint NOT NULL,
    code        text     NOT NULL,
    col         smallint NOT NULL,
    colspan     smallint NOT NULL DEFAULT 1,
    use         text     NOT NULL,
    tenure      text     NOT NULL DEFAULT '',
    area_m2     real,
    realty_code text,
    address     text     NOT NULL DEFAULT '',
    grid_code   text COLLATE "C",
    scope_code  text COLLATE "C" NOT NULL,
    rev         bigint   NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT dwelling_source_uq UNIQUE (source, source_ref),
    CONSTRAINT dwelling_place_uq UNIQUE NULLS NOT DISTINCT (building_id, unit_id, code),
    CONSTRAINT dwelling_realty_uq UNIQUE (realty_code),
    CONSTRAINT dwelling_storeys_ck CHECK (storey_to >= storey_from),
    CONSTRAINT dwelling_col_ck CHECK (col >= 1 AND colspan BETWEEN 1 AND 50),
    CONSTRAINT dwelling_area_ck CHECK (area_m2 > 0 AND area_m2 < 1000000),
    CONSTRAINT dwelling_use_ck CHECK (use IN ('dwelling', 'shop', 'office', 'workshop', 'storage', 'parking', 'civil_defence', 'plant', 'public', 'other')),
    CONSTRAINT dwelling_tenure_ck CHECK (tenure IN ('', 'own', 'let', 'public', 'vacant')),
    CONSTRAINT dwelling_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code),
    CONSTRAINT dwelling_building_fk FOREIGN KEY (building_id) REFERENCES building (id),
    CONSTRAINT dwelling_unit_fk FOREIGN KEY (unit_id) REFERENCES building_unit (id)
);
-- what lies in a grid
CREATE INDEX dwelling_scope_ix ON dwelling (scope_code);
-- whether a staircase that is to be taken away has any
CREATE INDEX dwelling_unit_ix ON dwelling (unit_id) WHERE unit_id IS NOT NULL;

-- A legal person or a shop: who works where. uscc is the 18-character code of
-- GB 32100, null where it is not known.
CREATE TABLE organisation (
    id          uuid   CONSTRAINT organisation_pk PRIMARY KEY,
    fid         bigint GENERATED ALWAYS AS IDENTITY,
    source      text   NOT NULL,
    source_ref  text   NOT NULL,
    uscc        text,
    name        text   NOT NULL,
    name_en     text   NOT NULL DEFAULT '',
    kind        text   NOT NULL DEFAULT 'company',
    industry    text   NOT NULL DEFAULT '',
    phone       text   NOT NULL DEFAULT '',
    employees   integer,
    address     text   NOT NULL DEFAULT '',
    address_key text   NOT NULL DEFAULT '',
    building_id uuid,
    dwelling_id uuid,
    opened_on   date,
    closed_on   date,
    point       geometry(Point, 4326) NOT NULL,
    grid_code   text COLLATE "C",
    scope_code  text COLLATE "C" NOT NULL,
    words       tsvector NOT NULL DEFAULT '',
    rev         bigint NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT organisation_fid_uq UNIQUE (fid),
    CONSTRAINT organisation_source_uq UNIQUE (source, source_ref),
    CONSTRAINT organisation_uscc_uq UNIQUE (uscc),
    CONSTRAINT organisation_uscc_ck CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    CONSTRAINT organisation_kind_ck CHECK (kind IN ('company', 'sole_trader', 'institution', 'government', 'association', 'school', 'hospital', 'other')),
    CONSTRAINT organisation_employees_ck CHECK (employees >= 0),
    CONSTRAINT organisation_dates_ck CHECK (closed_on >= opened_on),
    CONSTRAINT organisation_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code),
    CONSTRAINT organisation_building_fk FOREIGN KEY (building_id) REFERENCES building (id),
    CONSTRAINT organisation_dwelling_fk FOREIGN KEY (dwelling_id) REFERENCES dwelling (id)
);
-- what lies in a grid
CREATE INDEX organisation_scope_ix ON organisation (scope_code);
-- the map, and what is near a place
CREATE INDEX organisation_point_ix ON organisation USING gist (point);
-- who is in a building
CREATE INDEX organisation_building_ix ON organisation (building_id) WHERE building_id IS NOT NULL;
-- whether a room that is to be taken away holds any
CREATE INDEX organisation_dwelling_ix ON organisation (dwelling_id) WHERE dwelling_id IS NOT NULL;
-- search by words
CREATE INDEX organisation_words_ix ON organisation USING gin (words);

ALTER TABLE service
    ADD COLUMN code          text,
    ADD COLUMN address_key   text NOT NULL DEFAULT '',
    ADD COLUMN capacity_unit text NOT NULL DEFAULT '',
    ADD COLUMN operator      text NOT NULL DEFAULT '',
    ADD COLUMN phone         text NOT NULL DEFAULT '',
    ADD COLUMN state         text NOT NULL DEFAULT 'open',
    ADD COLUMN words         tsvector NOT NULL DEFAULT '',
    ADD CONSTRAINT service_code_uq UNIQUE (code),
    ADD CONSTRAINT service_unit_ck CHECK (capacity_unit IN ('', 'meals', 'beds', 'places', 'visits')),
    ADD CONSTRAINT service_state_ck CHECK (state IN ('open', 'planned', 'closed'));
-- search by words
CREATE INDEX service_words_ix ON service USING gin (words);
-- all services of a kind
CREATE INDEX service_kind_ix ON service (kind);

-- A plate may carry a code from elsewhere: the number a city painted on its bins
-- years ago. Our own have 8 characters and a check character.
ALTER TABLE facility
    DROP CONSTRAINT facility_code_ck,
    ADD CONSTRAINT facility_code_ck CHECK (code ~ '^[0-9A-Z][0-9A-Z._-]{0,31}$'),
    ADD COLUMN purpose      text NOT NULL DEFAULT '',
    ADD COLUMN installed_on date,
    ADD COLUMN words        tsvector NOT NULL DEFAULT '';
-- search by words
CREATE INDEX facility_words_ix ON facility USING gin (words);

-- What a code list of some edition calls a facility (GB/T 47678.5-2026, 17
-- digits; GB/T 30428.2-2013, 16).
CREATE TABLE facility_code (
    facility_id uuid NOT NULL,
    edition     text NOT NULL,
    code        text NOT NULL,
    CONSTRAINT facility_code_pk PRIMARY KEY (facility_id, edition),
    CONSTRAINT facility_code_code_uq UNIQUE (edition, code),
    CONSTRAINT facility_code_facility_fk FOREIGN KEY (facility_id) REFERENCES facility (id) ON DELETE CASCADE
);

ALTER TABLE basemap ADD COLUMN words tsvector NOT NULL DEFAULT '';
-- search by words: streets, places, parks, waters
CREATE INDEX basemap_words_ix ON basemap USING gin (words) WHERE name <> '';

-- Cases taken over from elsewhere keep where they came from.
ALTER TABLE case_file
    ADD COLUMN source     text NOT NULL DEFAULT '',
    ADD COLUMN source_ref text NOT NULL DEFAULT '',
    ADD COLUMN words      tsvector NOT NULL DEFAULT '',
    ADD CONSTRAINT case_file_source_ck CHECK ((source = '') = (source_ref = ''));
-- the same row of a file is the same case
CREATE UNIQUE INDEX case_file_source_ix ON case_file (source, source_ref) WHERE source <> '';
-- search by words
CREATE INDEX case_file_words_ix ON case_file USING gin (words);
-- how many were reported when, a list's total, and a wide tile's clusters: answered without the rows
CREATE INDEX case_file_times_ix ON case_file (created_at, scope_code, state, category, department_code) INCLUDE (fid, point, due_at);
-- what is overdue, and what was closed lately
CREATE INDEX case_file_due_ix ON case_file (due_at) WHERE state IN ('reported', 'filed', 'dispatched', 'returned', 'in_progress');
CREATE INDEX case_file_closed_ix ON case_file (closed_at) WHERE closed_at IS NOT NULL;
-- the few that somebody still has to act on, by when they were reported
CREATE INDEX case_file_open_ix ON case_file (created_at, scope_code) WHERE state NOT IN ('closed', 'rejected');

-- +goose Down
DROP INDEX case_file_open_ix;
DROP INDEX case_file_closed_ix;
DROP INDEX case_file_due_ix;
DROP INDEX case_file_times_ix;
DROP INDEX case_file_words_ix;
DROP INDEX case_file_source_ix;
ALTER TABLE case_file DROP CONSTRAINT case_file_source_ck, DROP COLUMN words, DROP COLUMN source_ref, DROP COLUMN source;
DROP INDEX basemap_words_ix;
ALTER TABLE basemap DROP COLUMN words;
DROP TABLE facility_code;
DROP INDEX facility_words_ix;
ALTER TABLE facility DROP COLUMN words, DROP COLUMN installed_on, DROP COLUMN purpose,
    DROP CONSTRAINT facility_code_ck,
    ADD CONSTRAINT facility_code_ck CHECK (code ~ '^[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{8}$') NOT VALID;
DROP INDEX service_kind_ix;
DROP INDEX service_words_ix;
ALTER TABLE service DROP COLUMN words, DROP COLUMN state, DROP COLUMN phone, DROP COLUMN operator, DROP COLUMN capacity_unit, DROP COLUMN address_key, DROP COLUMN code;
DROP TABLE organisation;
DROP TABLE dwelling;
DROP TABLE building_storey;
DROP TABLE building_unit;
DROP INDEX building_address_ix;
DROP INDEX building_words_ix;
ALTER TABLE building DROP COLUMN words, DROP COLUMN structure, DROP COLUMN built_year, DROP COLUMN levels_below, DROP COLUMN address_key, DROP COLUMN code;
