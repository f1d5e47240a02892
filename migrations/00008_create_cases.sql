-- +goose Up
-- Code lists by edition (GB/T 47678.5-2026 and what comes after it); seeded by the program.
CREATE TABLE standard_code (
    edition    text    NOT NULL,
    kind       text    NOT NULL,
    code       text    NOT NULL,
    major_code text    NOT NULL,
    major_name text    NOT NULL,
    name       text    NOT NULL,
    verified   boolean NOT NULL DEFAULT false,
    CONSTRAINT standard_code_pk PRIMARY KEY (edition, kind, code),
    CONSTRAINT standard_code_kind_ck CHECK (kind IN ('component', 'event'))
);

-- The steps a case may take; seeded from api/cases, which also draws its diagram from it.
CREATE TABLE case_transition (
    from_state text NOT NULL,
    action     text NOT NULL,
    to_state   text NOT NULL,
    CONSTRAINT case_transition_pk PRIMARY KEY (from_state, action, to_state)
);

-- What happened, append-only. Each event starts where the one before it ended,
-- and only by a step of the table above.
CREATE TABLE case_event (
    case_id    uuid        NOT NULL,
    seq        bigint      NOT NULL,
    prev_seq   bigint,
    at         timestamptz NOT NULL,
    action     text        NOT NULL,
    from_state text        NOT NULL,
    to_state   text        NOT NULL,
    actor_id   uuid,
    actor_name text        NOT NULL DEFAULT '',
    actor_role text        NOT NULL,
    department text,
    note       text        NOT NULL DEFAULT '',
    CONSTRAINT case_event_pk PRIMARY KEY (case_id, seq),
    CONSTRAINT case_event_state_uq UNIQUE (case_id, seq, to_state),
    CONSTRAINT case_event_seq_ck CHECK ((seq = 1 AND prev_seq IS NULL AND from_state = 'none') OR (seq > 1 AND prev_seq = seq - 1)),
    CONSTRAINT case_event_step_fk FOREIGN KEY (from_state, action, to_state) REFERENCES case_transition (from_state, action, to_state),
    CONSTRAINT case_event_chain_fk FOREIGN KEY (case_id, prev_seq, from_state) REFERENCES case_event (case_id, seq, to_state),
    CONSTRAINT case_event_department_fk FOREIGN KEY (department) REFERENCES department (code)
);

-- The current state of a case is its last event's: rev is that event's seq.
CREATE TABLE case_file (
    id              uuid   CONSTRAINT case_file_pk PRIMARY KEY,
    fid             bigint GENERATED ALWAYS AS IDENTITY,
    number          text   NOT NULL,
    type            text   NOT NULL,
    category        text   NOT NULL,
    concern         text   NOT NULL DEFAULT '',
    title           text   NOT NULL,
    title_en        text   NOT NULL DEFAULT '',
    text            text   NOT NULL DEFAULT '',
    place           text   NOT NULL DEFAULT '',
    urgent          boolean NOT NULL DEFAULT false,
    channel         text   NOT NULL,
    state           text   NOT NULL,
    rev             bigint NOT NULL,
    point           geometry(Point, 4326) NOT NULL,
    given_crs       text   NOT NULL,
    given_x         double precision NOT NULL,
    given_y         double precision NOT NULL,
    grid_code       text COLLATE "C",
    scope_code      text COLLATE "C" NOT NULL,
    facility_id     uuid,
    department_code text,
    handler_id      uuid,
    closer_id       uuid,
    receipt_hash    bytea  NOT NULL,
    due_at          timestamptz,
    closed_at       timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT case_file_fid_uq UNIQUE (fid),
    CONSTRAINT case_file_number_uq UNIQUE (number),
    CONSTRAINT case_file_receipt_uq UNIQUE (receipt_hash),
    CONSTRAINT case_file_text_ck CHECK (length(text) <= 4000),
    CONSTRAINT case_file_concern_ck CHECK (concern IN ('', 'dirty', 'messy', 'poor', 'broken')),
    CONSTRAINT case_file_channel_ck CHECK (channel IN ('scan', 'pin', 'staff', 'import')),
    CONSTRAINT case_file_closer_ck CHECK (closer_id IS NULL OR handler_id IS NULL OR closer_id <> handler_id),
    CONSTRAINT case_file_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code),
    CONSTRAINT case_file_state_fk FOREIGN KEY (id, rev, state) REFERENCES case_event (case_id, seq, to_state),
    CONSTRAINT case_file_facility_fk FOREIGN KEY (facility_id) REFERENCES facility (id),
    CONSTRAINT case_file_department_fk FOREIGN KEY (department_code) REFERENCES department (code),
    CONSTRAINT case_file_handler_fk FOREIGN KEY (handler_id) REFERENCES account (id),
    CONSTRAINT case_file_closer_fk FOREIGN KEY (closer_id) REFERENCES account (id)
);
-- tiles
CREATE INDEX case_file_point_ix ON case_file USING gist (point);
-- a desk's list: what lies in my area, newest first
CREATE INDEX case_file_scope_ix ON case_file (scope_code, created_at DESC, id);
-- a city's list, newest first
CREATE INDEX case_file_created_ix ON case_file (created_at DESC, id);
-- a department's list
CREATE INDEX case_file_department_ix ON case_file (department_code, created_at DESC) WHERE department_code IS NOT NULL;
-- earlier cases of a facility
CREATE INDEX case_file_facility_ix ON case_file (facility_id, created_at DESC) WHERE facility_id IS NOT NULL;

-- Numbers of a day and district: 20261122-440604-000123.
CREATE TABLE case_counter (
    day      date   NOT NULL,
    district text   NOT NULL,
    last     bigint NOT NULL,
    CONSTRAINT case_counter_pk PRIMARY KEY (day, district)
);

-- A photo is uploaded first and belongs to nobody; a report or a step claims it.
-- What nobody claims within a day is swept.
CREATE TABLE photo (
    id         uuid        CONSTRAINT photo_pk PRIMARY KEY,
    sha256     bytea       NOT NULL,
    width      integer     NOT NULL,
    height     integer     NOT NULL,
    bytes      bigint      NOT NULL,
    case_id    uuid,
    event_seq  bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT photo_claim_ck CHECK ((case_id IS NULL) = (event_seq IS NULL)),
    CONSTRAINT photo_event_fk FOREIGN KEY (case_id, event_seq) REFERENCES case_event (case_id, seq)
);
CREATE INDEX photo_case_ix ON photo (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX photo_orphan_ix ON photo (created_at) WHERE case_id IS NULL;

-- A creation repeated with the same key answers what the first one answered.
CREATE TABLE idempotency (
    key          text        NOT NULL,
    route        text        NOT NULL,
    request_hash bytea       NOT NULL,
    answer       jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT idempotency_pk PRIMARY KEY (route, key)
);
CREATE INDEX idempotency_created_ix ON idempotency (created_at);

-- +goose Down
DROP TABLE idempotency;
DROP TABLE photo;
DROP TABLE case_counter;
DROP TABLE case_file;
DROP TABLE case_event;
DROP TABLE case_transition;
DROP TABLE standard_code;
