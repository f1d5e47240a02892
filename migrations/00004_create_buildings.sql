-- +goose Up
-- fid is the feature's number in a vector tile: stable, and below 2^53.
-- source and source_ref name the row of the input it came from, so that a
-- second import of the same file changes nothing.
-- grid_code is the grid that holds the point, null outside all grids;
-- scope_code is the deepest region known to hold it, '' where none does, and is what
-- a jurisdiction is compared with.
CREATE TABLE building (
    id         uuid   CONSTRAINT building_pk PRIMARY KEY,
    fid        bigint GENERATED ALWAYS AS IDENTITY,
    source     text   NOT NULL,
    source_ref text   NOT NULL,
    name       text   NOT NULL DEFAULT '',
    name_en    text   NOT NULL DEFAULT '',
    use        text   NOT NULL DEFAULT '',
    address    text   NOT NULL DEFAULT '',
    levels     smallint,
    height_m   real,
    point      geometry(Point, 4326)        NOT NULL,
    geom       geometry(MultiPolygon, 4326) NOT NULL,
    grid_code  text COLLATE "C",
    scope_code text COLLATE "C" NOT NULL,
    rev        bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT building_fid_uq UNIQUE (fid),
    CONSTRAINT building_source_uq UNIQUE (source, source_ref),
    CONSTRAINT building_levels_ck CHECK (levels BETWEEN 1 AND 300),
    CONSTRAINT building_height_ck CHECK (height_m > 0 AND height_m < 2000),
    CONSTRAINT building_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code)
);
-- tiles
CREATE INDEX building_geom_ix ON building USING gist (geom);
-- what lies in a grid
CREATE INDEX building_scope_ix ON building (scope_code);

-- +goose Down
DROP TABLE building;
