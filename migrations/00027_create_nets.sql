-- +goose Up
-- The grids of other departments (police, fire brigade, civil affairs, party
-- building) over a place of ours. They may overlap and leave gaps; how they lie to
-- our grids is computed from these polygons and the regions', never stored, so it
-- is of the edition that is asked for and cannot be out of date.
CREATE TABLE net (
    id          uuid        CONSTRAINT net_pk PRIMARY KEY,
    scope       text COLLATE "C" NOT NULL,
    name        text        NOT NULL,
    kind        text        NOT NULL,
    title       text        NOT NULL,
    title_en    text        NOT NULL,
    rev         bigint      NOT NULL,
    file_name   text        NOT NULL,
    imported_by text        NOT NULL,
    imported_at timestamptz,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT net_name_uq UNIQUE (scope, name),
    CONSTRAINT net_scope_ck CHECK (scope ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    CONSTRAINT net_kind_ck CHECK (kind IN ('police', 'fire', 'civil_affairs', 'party_building', 'other'))
);

-- A cell under the code that its department gave it.
CREATE TABLE net_cell (
    net_id uuid,
    code   text COLLATE "C",
    name   text NOT NULL,
    geom   geometry(MultiPolygon, 4326) NOT NULL,
    CONSTRAINT net_cell_pk PRIMARY KEY (net_id, code),
    CONSTRAINT net_cell_net_fk FOREIGN KEY (net_id) REFERENCES net (id) ON DELETE CASCADE
);
-- which grids a cell lies in, where the crosswalk is proven
CREATE INDEX net_cell_geom_ix ON net_cell USING gist (geom);
-- a cell looked for by its code, in whatever net
CREATE INDEX net_cell_code_ix ON net_cell (lower(code));

-- +goose Down
DROP TABLE net_cell;
DROP TABLE net;
