-- +goose Up
-- A row of somebody's file that is about an object which came from elsewhere.
CREATE TABLE import_link (
    kind       text NOT NULL,
    source     text NOT NULL,
    source_ref text NOT NULL,
    object_id  uuid NOT NULL,
    CONSTRAINT import_link_pk PRIMARY KEY (kind, source, source_ref)
);
-- what an object has been called
CREATE INDEX import_link_object_ix ON import_link (object_id);

-- How the columns of a city's file become our fields, kept by name for the next month's file.
CREATE TABLE import_mapping (
    name       text CONSTRAINT import_mapping_pk PRIMARY KEY,
    kind       text  NOT NULL,
    body       jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

-- One file on its way in. position is how many rows are committed, so that a run
-- that broke off goes on there.
CREATE TABLE import_run (
    id         uuid CONSTRAINT import_run_pk PRIMARY KEY,
    kind       text   NOT NULL,
    file_name  text   NOT NULL,
    sha256     bytea  NOT NULL,
    bytes      bigint NOT NULL,
    mapping    jsonb  NOT NULL,
    scope      text COLLATE "C" NOT NULL DEFAULT '',
    dry_run    boolean NOT NULL DEFAULT false,
    state      text   NOT NULL,
    position   bigint NOT NULL DEFAULT 0,
    counts     jsonb  NOT NULL DEFAULT '{}',
    error      text   NOT NULL DEFAULT '',
    account_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at   timestamptz,
    CONSTRAINT import_run_state_ck CHECK (state IN ('uploaded', 'running', 'done', 'failed', 'stopped')),
    CONSTRAINT import_run_account_fk FOREIGN KEY (account_id) REFERENCES account (id)
);
-- the page's list; a file met before
CREATE INDEX import_run_created_ix ON import_run (created_at DESC);
CREATE INDEX import_run_file_ix ON import_run (sha256, kind);

-- A row that could be one of several things: a person decides. given is the row,
-- sealed, since it may be about people; row_key is a keyed hash of its source and
-- reference, by which it is known when the file comes again; taken is the object
-- it was decided to be about.
CREATE TABLE import_doubt (
    id         uuid CONSTRAINT import_doubt_pk PRIMARY KEY,
    run_id     uuid   NOT NULL,
    line       bigint NOT NULL,
    row_key    bytea  NOT NULL,
    given      bytea  NOT NULL,
    candidates jsonb  NOT NULL,
    state      text   NOT NULL DEFAULT 'open',
    taken      uuid,
    decided_by uuid,
    decided_at timestamptz,
    CONSTRAINT import_doubt_line_uq UNIQUE (run_id, line),
    CONSTRAINT import_doubt_state_ck CHECK (state IN ('open', 'taken', 'new', 'dropped')),
    CONSTRAINT import_doubt_run_fk FOREIGN KEY (run_id) REFERENCES import_run (id) ON DELETE CASCADE,
    CONSTRAINT import_doubt_account_fk FOREIGN KEY (decided_by) REFERENCES account (id)
);
-- the same row in another run
CREATE INDEX import_doubt_row_ix ON import_doubt (row_key);

-- +goose Down
DROP TABLE import_doubt;
DROP TABLE import_run;
DROP TABLE import_mapping;
DROP TABLE import_link;
