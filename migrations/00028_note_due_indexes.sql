-- +goose Up
-- Indexes that a load has laid aside and that are not made again yet: nothing is
-- held together by them, so they are made after its commit, several at a time. A
-- row goes with the transaction that makes its index, so none is forgotten; what
-- somebody's program left behind when it died, the next start makes.
CREATE TABLE index_due (
    name       text CONSTRAINT index_due_pk PRIMARY KEY,
    definition text NOT NULL -- as the database words it; run as the tables' owner, who alone writes here
);
REVOKE INSERT, UPDATE, DELETE ON index_due FROM onemap_app;

-- +goose Down
DROP TABLE index_due;
