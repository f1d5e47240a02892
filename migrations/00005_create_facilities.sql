-- +goose Up
-- code is what the QR plate on the facility says, 8 characters without the dash.
CREATE TABLE facility (
    id              uuid   CONSTRAINT facility_pk PRIMARY KEY,
    fid             bigint GENERATED ALWAYS AS IDENTITY,
    code            text   NOT NULL,
    source          text   NOT NULL,
    source_ref      text   NOT NULL,
    kind            text   NOT NULL,
    class           text   NOT NULL,
    name            text   NOT NULL DEFAULT '',
    name_en         text   NOT NULL DEFAULT '',
    place           text   NOT NULL DEFAULT '',
    owner           text   NOT NULL DEFAULT '',
    maintainer      text   NOT NULL DEFAULT '',
    department_code text,
    state           text   NOT NULL DEFAULT 'intact',
    point           geometry(Point, 4326) NOT NULL,
    grid_code       text COLLATE "C",
    scope_code      text COLLATE "C" NOT NULL,
    rev             bigint NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT facility_fid_uq UNIQUE (fid),
    CONSTRAINT facility_code_uq UNIQUE (code),
    CONSTRAINT facility_source_uq UNIQUE (source, source_ref),
    CONSTRAINT facility_code_ck CHECK (code ~ '^[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{8}$'),
    CONSTRAINT facility_class_ck CHECK (class IN ('waste_bin', 'guide_sign', 'bus_stop', 'postal', 'phone_booth', 'seat', 'mobile_toilet', 'cycle_parking', 'cabinet', 'other')),
    CONSTRAINT facility_state_ck CHECK (state IN ('intact', 'damaged', 'lost', 'abandoned', 'removed')),
    CONSTRAINT facility_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code),
    CONSTRAINT facility_department_fk FOREIGN KEY (department_code) REFERENCES department (code)
);
-- tiles, and the nearest facilities to a pin
CREATE INDEX facility_point_ix ON facility USING gist (point);
-- what lies in a grid
CREATE INDEX facility_scope_ix ON facility (scope_code);

-- +goose Down
DROP TABLE facility;
