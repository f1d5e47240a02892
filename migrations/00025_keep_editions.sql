-- +goose Up
-- The regions keep their past. since is the edition in which a region came to be
-- as it is; 0 is before editions were kept.
ALTER TABLE region ADD COLUMN since bigint NOT NULL DEFAULT 0;
-- what came with an edition, to undo it
CREATE INDEX region_since_ix ON region (since);

-- Regions as they were: in force from the edition since up to, and without, until.
-- Nothing of it is changed or deleted: a code that is here is never given again.
CREATE TABLE region_past (
    code    text COLLATE "C",
    since   bigint,
    until   bigint NOT NULL,
    level   text   NOT NULL,
    parent  text COLLATE "C",
    name    text   NOT NULL,
    name_en text   NOT NULL,
    source  text   NOT NULL,
    geom    geometry(MultiPolygon, 4326) NOT NULL,
    CONSTRAINT region_past_pk PRIMARY KEY (code, since),
    CONSTRAINT region_past_time_ck CHECK (until > since)
);
-- what an edition replaced or took away, to undo it
CREATE INDEX region_past_until_ix ON region_past (until);

-- Who published what, and when. scope is the place all of it lies under, '' when
-- that is no city; undoes is the edition this one takes back.
CREATE TABLE edition (
    edition bigint      CONSTRAINT edition_pk PRIMARY KEY,
    at      timestamptz NOT NULL,
    by      uuid,
    by_name text        NOT NULL,
    source  text        NOT NULL,
    name    text        NOT NULL,
    scope   text COLLATE "C" NOT NULL,
    regions integer     NOT NULL,
    dropped integer     NOT NULL,
    moved   bigint      NOT NULL,
    undoes  bigint,
    CONSTRAINT edition_by_fk FOREIGN KEY (by) REFERENCES account (id)
);
-- the editions of a place
CREATE INDEX edition_scope_ix ON edition (scope, edition);

-- A redraw in the making, of regions under a place; it was drawn from the edition
-- base. Once published it is as it was, and edition says as which.
CREATE TABLE region_draft (
    id         uuid        CONSTRAINT region_draft_pk PRIMARY KEY,
    under      text COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    base       bigint      NOT NULL,
    edition    bigint,
    published  jsonb,
    rev        bigint      NOT NULL,
    key        text        NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    updated_by text        NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT region_draft_under_ck CHECK (under ~ '^[0-9]{4,12}$'),
    CONSTRAINT region_draft_created_by_fk FOREIGN KEY (created_by) REFERENCES account (id)
);
-- the drafts of a place
CREATE INDEX region_draft_under_ix ON region_draft (under, id);
-- a draft begun twice with one key is one
CREATE UNIQUE INDEX region_draft_key_ix ON region_draft (under, key) WHERE key <> '';

-- What a draft changes: a region as it is to be, or (geom NULL) one that goes
-- away; origin are the codes whose ground it is made of.
CREATE TABLE region_draft_part (
    draft_id uuid,
    code     text COLLATE "C",
    name     text   NOT NULL,
    name_en  text   NOT NULL,
    geom     geometry(MultiPolygon, 4326),
    change   text   NOT NULL,
    origin   text[] NOT NULL,
    CONSTRAINT region_draft_part_pk PRIMARY KEY (draft_id, code),
    CONSTRAINT region_draft_part_change_ck CHECK (change IN ('new', 'changed') AND geom IS NOT NULL OR change = 'removed' AND geom IS NULL),
    CONSTRAINT region_draft_part_draft_fk FOREIGN KEY (draft_id) REFERENCES region_draft (id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE region_draft_part;
DROP TABLE region_draft;
DROP TABLE edition;
DROP TABLE region_past;
DROP INDEX region_since_ix;
ALTER TABLE region DROP COLUMN since;
