-- +goose Up
-- The change log in partitions, so that what nobody needs any more goes as whole
-- files and no row is ever deleted; api/change makes them ahead and drops them.

-- Makes the partition of a table for keys from low to below high, with the indexes
-- under names of ours, and attaches it, which nobody waits for. A low of NULL is no
-- lower end. The program's role reaches partitions through their table only.
-- +goose StatementBegin
CREATE FUNCTION change_partition(parent text, low bigint, high bigint) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    part text := parent || '_' || COALESCE(low::text, 'first');
BEGIN
    IF parent = 'change_inbox' THEN
        EXECUTE format('CREATE TABLE %I (LIKE change_inbox, CONSTRAINT %I PRIMARY KEY (id))', part, part || '_pk');
        EXECUTE format('CREATE INDEX %I ON %I (x)', part || '_x_ix', part);
    ELSIF part <> 'change_log_first' THEN -- that one is there: the log of before
        EXECUTE format('CREATE TABLE %I (LIKE change_log, CONSTRAINT %I PRIMARY KEY (pos))', part, part || '_pk');
    END IF;
    EXECUTE format('REVOKE ALL ON %I FROM onemap_app', part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, part, COALESCE(low::text, 'MINVALUE'), high);
END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION change_partition FROM PUBLIC;

-- The old log, which may be long, becomes the first partition as it is: positions
-- stay, and its key is renamed instead of being made again.
ALTER TABLE change_log RENAME TO change_log_first;
ALTER TABLE change_log_first DROP CONSTRAINT change_log_inbox_uq;
ALTER TABLE change_log_first RENAME CONSTRAINT change_log_pk TO change_log_first_pk;
CREATE TABLE change_log (
    pos    bigint      CONSTRAINT change_log_pk PRIMARY KEY,
    inbox  bigint      NOT NULL,
    at     timestamptz NOT NULL,
    kind   text        NOT NULL,
    object text        NOT NULL,
    rev    bigint      NOT NULL,
    body   jsonb       NOT NULL
) PARTITION BY RANGE (pos);

-- Of the old inbox only what is not numbered yet is needed, with its transactions.
ALTER TABLE change_inbox RENAME TO change_inbox_old;
ALTER TABLE change_inbox_old RENAME CONSTRAINT change_inbox_pk TO change_inbox_old_pk;
ALTER INDEX change_inbox_x_ix RENAME TO change_inbox_old_x_ix;
ALTER SEQUENCE change_inbox_id_seq RENAME TO change_inbox_old_id_seq;
CREATE TABLE change_inbox (
    -- Before the id, since defaults are evaluated in this order: whoever has drawn an
    -- id has a transaction, so an id below another is of nobody who comes later.
    x      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    id     bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT change_inbox_pk PRIMARY KEY,
    at     timestamptz NOT NULL,
    kind   text        NOT NULL,
    object text        NOT NULL,
    rev    bigint      NOT NULL,
    body   jsonb       NOT NULL
) PARTITION BY RANGE (id);
-- the sequencer asks for rows by transaction
CREATE INDEX change_inbox_x_ix ON change_inbox (x);
SELECT setval('change_inbox_id_seq', last_value, is_called) FROM change_inbox_old_id_seq;

-- +goose StatementBegin
DO $$
DECLARE
    size CONSTANT bigint := 1000000;
    ahead CONSTANT bigint := 4;
    log bigint := (SELECT COALESCE(max(pos), 0) / size + 1 FROM (SELECT pos FROM change_log_first UNION ALL SELECT pos FROM change_batch) p);
    inbox bigint := (SELECT last_value / size + 1 FROM change_inbox_old_id_seq);
BEGIN
    PERFORM change_partition('change_log', NULL, log * size), change_partition('change_inbox', NULL, inbox * size);
    FOR n IN 0 .. ahead - 1 LOOP
        PERFORM change_partition('change_log', (log + n) * size, (log + n + 1) * size),
                change_partition('change_inbox', (inbox + n) * size, (inbox + n + 1) * size);
    END LOOP;
END
$$;
-- +goose StatementEnd

INSERT INTO change_inbox (x, id, at, kind, object, rev, body) OVERRIDING SYSTEM VALUE
SELECT x, id, at, kind, object, rev, body FROM change_inbox_old i WHERE NOT EXISTS (SELECT FROM change_log l WHERE l.inbox = i.id);
DROP TABLE change_inbox_old;

-- Since when a partition of the log has been full: from then on it is kept for a time.
CREATE TABLE change_full (
    high bigint      CONSTRAINT change_full_pk PRIMARY KEY, -- the first position after it
    at   timestamptz NOT NULL
);
REVOKE INSERT, UPDATE, DELETE ON change_full FROM onemap_app;
REVOKE UPDATE, DELETE ON change_log FROM onemap_app;

-- +goose Down
ALTER TABLE change_inbox RENAME TO change_inbox_old;
ALTER TABLE change_inbox_old RENAME CONSTRAINT change_inbox_pk TO change_inbox_old_pk;
ALTER INDEX change_inbox_x_ix RENAME TO change_inbox_old_x_ix;
ALTER SEQUENCE change_inbox_id_seq RENAME TO change_inbox_old_id_seq;
CREATE TABLE change_inbox (
    id     bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT change_inbox_pk PRIMARY KEY,
    x      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    at     timestamptz NOT NULL,
    kind   text        NOT NULL,
    object text        NOT NULL,
    rev    bigint      NOT NULL,
    body   jsonb       NOT NULL
);
INSERT INTO change_inbox (x, id, at, kind, object, rev, body) OVERRIDING SYSTEM VALUE
SELECT x, id, at, kind, object, rev, body FROM change_inbox_old;
CREATE INDEX change_inbox_x_ix ON change_inbox (x);
SELECT setval('change_inbox_id_seq', last_value, is_called) FROM change_inbox_old_id_seq;
DROP TABLE change_inbox_old;

ALTER TABLE change_log RENAME TO change_log_old;
ALTER TABLE change_log_old RENAME CONSTRAINT change_log_pk TO change_log_old_pk;
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
INSERT INTO change_log (pos, inbox, at, kind, object, rev, body)
SELECT pos, inbox, at, kind, object, rev, body FROM change_log_old;
DROP TABLE change_log_old;
DROP TABLE change_full;
REVOKE UPDATE, DELETE ON change_log FROM onemap_app;
DROP FUNCTION change_partition;
