-- +goose Up
-- Wrong tries at signing in, counted by all processes over one database: name is a
-- keyed hash of the address, the login or the browser that they are counted for.
-- Rows that nobody has added to for half a day are taken out by the hourly sweep.
CREATE TABLE sign_in_try (
    name    bytea       CONSTRAINT sign_in_try_pk PRIMARY KEY,
    times   bigint      NOT NULL,
    last_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE sign_in_try;
