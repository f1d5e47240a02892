-- +goose Up
-- The ordered change log. Writers append to change_inbox in their own
-- transaction; one elected sequencer numbers what has become visible.
-- Nothing here is ever updated; see api/change.
CREATE TABLE change_inbox (
    id     bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT change_inbox_pk PRIMARY KEY,
    x      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at     timestamptz NOT NULL,
    kind   text        NOT NULL,
    object text        NOT NULL,
    rev    bigint      NOT NULL,
    body   jsonb       NOT NULL
);
-- the sequencer asks for rows by transaction
CREATE INDEX change_inbox_x_ix ON change_inbox (x);

CREATE TABLE change_log (
    pos    bigint      CONSTRAINT change_log_pk PRIMARY KEY,
    inbox  bigint      NOT NULL,
    at     timestamptz NOT NULL,
    kind   text        NOT NULL,
    object text        NOT NULL,
    rev    bigint      NOT NULL,
    body   jsonb       NOT NULL,
    CONSTRAINT change_log_inbox_uq UNIQUE (inbox)
);

CREATE TABLE change_batch (
    pos  bigint      CONSTRAINT change_batch_pk PRIMARY KEY,
    snap pg_snapshot NOT NULL
);

-- A restored or promoted database starts a new epoch: positions of another
-- epoch mean nothing, so readers start over.
CREATE TABLE change_epoch (
    epoch             bigint CONSTRAINT change_epoch_pk PRIMARY KEY,
    system_identifier bigint      NOT NULL,
    timeline          text        NOT NULL,
    at                timestamptz NOT NULL
);

-- +goose Down
DROP TABLE change_epoch;
DROP TABLE change_batch;
DROP TABLE change_log;
DROP TABLE change_inbox;
