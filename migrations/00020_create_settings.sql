-- +goose Up
-- What the administrators of the whole city have set while the server runs: one
-- row for each setting that was ever changed. value NULL is the value that the
-- server starts with, set again; former is what was set before, to go back to.
CREATE TABLE setting (
    key        text        CONSTRAINT setting_pk PRIMARY KEY,
    value      jsonb,
    former     jsonb,
    rev        bigint      NOT NULL,
    changed_by uuid        NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT setting_changed_by_fk FOREIGN KEY (changed_by) REFERENCES account (id)
);

-- +goose Down
DROP TABLE setting;
