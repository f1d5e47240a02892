-- +goose Up
-- What the map draws under the data: roads, rail, water, green, land use,
-- place names, boundaries. rank orders what shows first (0 the most important).
CREATE TABLE basemap (
    id         uuid CONSTRAINT basemap_pk PRIMARY KEY,
    fid        bigint GENERATED ALWAYS AS IDENTITY,
    source     text     NOT NULL,
    source_ref text     NOT NULL,
    layer      text     NOT NULL,
    class      text     NOT NULL,
    name       text     NOT NULL DEFAULT '',
    name_en    text     NOT NULL DEFAULT '',
    rank       smallint NOT NULL,
    bridge     boolean  NOT NULL DEFAULT false,
    tunnel     boolean  NOT NULL DEFAULT false,
    geom       geometry(Geometry, 4326) NOT NULL,
    rev        bigint   NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT basemap_fid_uq UNIQUE (fid),
    CONSTRAINT basemap_source_uq UNIQUE (source, source_ref, layer),
    CONSTRAINT basemap_layer_ck CHECK (layer IN ('road', 'rail', 'waterway', 'water', 'green', 'landuse', 'place', 'boundary'))
);
-- tiles
CREATE INDEX basemap_geom_ix ON basemap USING gist (geom);

-- +goose Down
DROP TABLE basemap;
