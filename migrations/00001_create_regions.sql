-- +goose Up
-- The tree of regions: city 4 digits, district 6, street 9, community 12, grid 15.
-- A code is text in C collation, so that a jurisdiction (a prefix) is a btree range.
CREATE TABLE region (
    code       text COLLATE "C" CONSTRAINT region_pk PRIMARY KEY,
    level      text        NOT NULL,
    parent     text COLLATE "C",
    name       text        NOT NULL,
    name_en    text        NOT NULL DEFAULT '',
    source     text        NOT NULL,
    geom       geometry(MultiPolygon, 4326) NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT region_code_ck CHECK (code ~ '^[0-9]+$'),
    CONSTRAINT region_level_ck CHECK (
        (level = 'city'      AND length(code) = 4)  OR
        (level = 'district'  AND length(code) = 6)  OR
        (level = 'street'    AND length(code) = 9)  OR
        (level = 'community' AND length(code) = 12) OR
        (level = 'grid'      AND length(code) = 15)),
    CONSTRAINT region_parent_ck CHECK (parent IS NULL OR starts_with(code, parent)),
    CONSTRAINT region_parent_fk FOREIGN KEY (parent) REFERENCES region (code)
);
-- tiles of grids
CREATE INDEX region_geom_ix ON region USING gist (geom);
-- children of a region
CREATE INDEX region_parent_ix ON region (parent);

-- One row: which edition of the polygons is in force. Whoever writes an object
-- reads it FOR SHARE; whoever redraws regions updates it, so no object is
-- placed by polygons that are no longer true.
CREATE TABLE region_edition (
    one     smallint CONSTRAINT region_edition_pk PRIMARY KEY CONSTRAINT region_edition_one_ck CHECK (one = 1),
    edition bigint NOT NULL
);
INSERT INTO region_edition (one, edition) VALUES (1, 0);

-- +goose Down
DROP TABLE region_edition;
DROP TABLE region;
