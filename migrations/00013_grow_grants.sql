-- +goose Up
-- Who may do what grows a history: where an account belongs (scope, '' for the
-- whole installation) and who made it; and each grant's time, giver and reason.
-- Nothing of it is deleted: a grant that is taken away
-- ends. given_by is NULL for what a command of the installation gave.
ALTER TABLE account
    ADD COLUMN scope       text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN created_by  uuid,
    ADD COLUMN sso_allowed boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT account_scope_ck CHECK (scope ~ '^[0-9]*$' AND length(scope) IN (0, 4, 6, 9, 12, 15)),
    ADD CONSTRAINT account_created_by_fk FOREIGN KEY (created_by) REFERENCES account (id);

-- An account belongs to the widest of its jurisdictions when that one holds the
-- others: of texts in C order the first is a prefix of all when it is one of the last.
UPDATE account a SET scope = g.widest
FROM (SELECT account_id, CASE WHEN starts_with(max(scope), min(scope)) THEN min(scope) ELSE '' END AS widest FROM account_grant GROUP BY account_id) g
WHERE g.account_id = a.id;

-- the accounts of a jurisdiction, page by page
CREATE INDEX account_scope_ix ON account (scope, id);

ALTER TABLE account_grant RENAME COLUMN created_at TO given_at;
ALTER TABLE account_grant
    DROP CONSTRAINT account_grant_uq,
    ADD COLUMN starts_at  timestamptz,
    ADD COLUMN ends_at    timestamptz,
    ADD COLUMN given_by   uuid,
    ADD COLUMN reason     text NOT NULL DEFAULT '',
    ADD COLUMN deputy_for uuid,
    ADD COLUMN ended_by   uuid,
    ADD COLUMN ended_at   timestamptz,
    ADD COLUMN end_reason text NOT NULL DEFAULT '';
UPDATE account_grant SET starts_at = given_at;
ALTER TABLE account_grant
    ALTER COLUMN starts_at SET NOT NULL,
    ADD CONSTRAINT account_grant_time_ck CHECK (ends_at >= starts_at),
    ADD CONSTRAINT account_grant_ended_ck CHECK (ended_at IS NULL OR ends_at IS NOT NULL),
    ADD CONSTRAINT account_grant_deputy_ck CHECK (deputy_for IS NULL OR ends_at IS NOT NULL),
    ADD CONSTRAINT account_grant_given_by_fk FOREIGN KEY (given_by) REFERENCES account (id),
    ADD CONSTRAINT account_grant_ended_by_fk FOREIGN KEY (ended_by) REFERENCES account (id),
    ADD CONSTRAINT account_grant_deputy_fk FOREIGN KEY (deputy_for) REFERENCES account_grant (id);
-- one grant of a kind without an end
CREATE UNIQUE INDEX account_grant_open_ix ON account_grant (account_id, role, scope, department) NULLS NOT DISTINCT WHERE ends_at IS NULL;
-- the grants of an account, at every request
CREATE INDEX account_grant_account_ix ON account_grant (account_id);
-- who holds something in a jurisdiction
CREATE INDEX account_grant_scope_ix ON account_grant (scope, role);
-- who stands in for a grant
CREATE INDEX account_grant_deputy_ix ON account_grant (deputy_for) WHERE deputy_for IS NOT NULL;

-- One row, locked by whoever changes what somebody may do: a giver who loses a
-- grant while giving, or the last two administrators who end each other's, come
-- one after the other.
CREATE TABLE authority (
    one smallint CONSTRAINT authority_pk PRIMARY KEY,
    CONSTRAINT authority_one_ck CHECK (one = 1)
);
INSERT INTO authority (one) VALUES (1);

ALTER TABLE department
    ADD COLUMN scope     text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN parent    text,
    ADD COLUMN rev       bigint NOT NULL DEFAULT 1,
    ADD COLUMN closed_at timestamptz,
    ADD CONSTRAINT department_scope_ck CHECK (scope ~ '^[0-9]*$' AND length(scope) IN (0, 4, 6, 9, 12, 15)),
    ADD CONSTRAINT department_parent_ck CHECK (parent <> code),
    ADD CONSTRAINT department_parent_fk FOREIGN KEY (parent) REFERENCES department (code);

-- Who an account is elsewhere: the pair that a provider of single sign-on never
-- gives to two people.
CREATE TABLE account_identity (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    account_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT account_identity_pk PRIMARY KEY (issuer, subject),
    CONSTRAINT account_identity_account_uq UNIQUE (account_id, issuer),
    CONSTRAINT account_identity_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE account_identity;
ALTER TABLE department
    DROP COLUMN closed_at,
    DROP COLUMN rev,
    DROP COLUMN parent,
    DROP COLUMN scope;
DROP TABLE authority;
-- without times only what has no end can be kept
DELETE FROM account_grant WHERE deputy_for IS NOT NULL;
DELETE FROM account_grant WHERE ends_at IS NOT NULL;
ALTER TABLE account_grant
    DROP COLUMN end_reason,
    DROP COLUMN ended_at,
    DROP COLUMN ended_by,
    DROP COLUMN deputy_for,
    DROP COLUMN reason,
    DROP COLUMN given_by,
    DROP COLUMN ends_at,
    DROP COLUMN starts_at;
DROP INDEX account_grant_scope_ix;
DROP INDEX account_grant_account_ix;
ALTER TABLE account_grant RENAME COLUMN given_at TO created_at;
ALTER TABLE account_grant ADD CONSTRAINT account_grant_uq UNIQUE NULLS NOT DISTINCT (account_id, role, scope, department);
DROP INDEX account_scope_ix;
ALTER TABLE account
    DROP COLUMN sso_allowed,
    DROP COLUMN created_by,
    DROP COLUMN scope;
