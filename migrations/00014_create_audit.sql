-- +goose Up
-- What was done and read, by whom. An entry is written into the inbox in the
-- transaction of what it tells of: body is its canonical form (api/audit), mac
-- the program's mark on it. Within a second the sealer takes it over into the log.
CREATE TABLE audit_inbox (
    id   bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_inbox_pk PRIMARY KEY,
    body bytea NOT NULL,
    mac  bytea NOT NULL
);

-- The log, only ever added to. hash binds an entry to the one before it: what is
-- edited, removed, put in between or changed in order is found by computing it again.
CREATE TABLE audit_log (
    seq        bigint      CONSTRAINT audit_log_pk PRIMARY KEY,
    id         uuid        NOT NULL,
    at         timestamptz NOT NULL,
    actor_kind text        NOT NULL,
    actor_id   uuid,
    actor      text        NOT NULL,
    session_id uuid,
    held       text        NOT NULL,
    action     text        NOT NULL,
    outcome    text        NOT NULL,
    kind       text        NOT NULL,
    object     text        NOT NULL,
    others     text[]      NOT NULL,
    fields     text[]      NOT NULL,
    rows       bigint      NOT NULL,
    purpose    text        NOT NULL,
    address    text        NOT NULL,
    agent      text        NOT NULL,
    request    text        NOT NULL,
    scope_code text COLLATE "C" NOT NULL,
    mac        bytea       NOT NULL,
    prev       bytea       NOT NULL,
    hash       bytea       NOT NULL
);
-- who has looked at this, or changed it
CREATE INDEX audit_log_object_ix ON audit_log (kind, object, seq);
CREATE INDEX audit_log_others_ix ON audit_log USING gin (others) WHERE others <> '{}';
-- what has somebody done
CREATE INDEX audit_log_actor_ix ON audit_log (actor_id, seq) WHERE actor_id IS NOT NULL;
-- who has done this
CREATE INDEX audit_log_action_ix ON audit_log (action, seq);
-- what was done when
CREATE INDEX audit_log_at_ix ON audit_log (at);
-- has an entry arrived
CREATE INDEX audit_log_id_ix ON audit_log (id);

-- The newest entry, signed by the program. Whoever seals holds this row.
CREATE TABLE audit_head (
    one       smallint    CONSTRAINT audit_head_pk PRIMARY KEY CONSTRAINT audit_head_one_ck CHECK (one = 1),
    seq       bigint      NOT NULL,
    hash      bytea       NOT NULL,
    at        timestamptz NOT NULL,
    signature bytea       NOT NULL,
    key       bytea       NOT NULL
);

-- +goose Down
DROP TABLE audit_head;
DROP TABLE audit_log;
DROP TABLE audit_inbox;
