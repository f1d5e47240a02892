-- +goose Up
CREATE TABLE service (
    id         uuid   CONSTRAINT service_pk PRIMARY KEY,
    fid        bigint GENERATED ALWAYS AS IDENTITY,
    source     text   NOT NULL,
    source_ref text   NOT NULL,
    kind       text   NOT NULL,
    name       text   NOT NULL DEFAULT '',
    name_en    text   NOT NULL DEFAULT '',
    address    text   NOT NULL DEFAULT '',
    hours      text   NOT NULL DEFAULT '',
    capacity   integer,
    point      geometry(Point, 4326) NOT NULL,
    grid_code  text COLLATE "C",
    scope_code text COLLATE "C" NOT NULL,
    rev        bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT service_fid_uq UNIQUE (fid),
    CONSTRAINT service_source_uq UNIQUE (source, source_ref),
    CONSTRAINT service_capacity_ck CHECK (capacity >= 0),
    CONSTRAINT service_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code)
);
-- tiles, and the nearest services
CREATE INDEX service_point_ix ON service USING gist (point);
-- what lies in a grid
CREATE INDEX service_scope_ix ON service (scope_code);

-- +goose Down
DROP TABLE service;
