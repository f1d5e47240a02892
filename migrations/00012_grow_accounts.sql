-- +goose Up
-- Nobody stays signed in over this change: a session has become more than a
-- token. Who has no password signs in by a passkey, by single sign-on, or
-- through a one-time link.
ALTER TABLE account
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN password_set_at   timestamptz,
    ADD COLUMN must_change       boolean NOT NULL DEFAULT false,
    ADD COLUMN disabled_at       timestamptz,
    ADD COLUMN totp_sealed       bytea,
    ADD COLUMN totp_confirmed_at timestamptz,
    ADD COLUMN totp_step         bigint NOT NULL DEFAULT 0,
    ADD COLUMN rev               bigint NOT NULL DEFAULT 1;
UPDATE account SET password_set_at = created_at;

DROP TABLE session;
-- Only the hash of a session's token is kept. stage is what is still to be done
-- before the session opens anything: a second factor, a new password, the
-- enrolment of a second factor. idle_until moves on with seen_at, which is
-- written at most once a minute.
CREATE TABLE session (
    id         uuid        CONSTRAINT session_pk PRIMARY KEY,
    token_hash bytea       NOT NULL,
    account_id uuid        NOT NULL,
    how        text        NOT NULL,
    stage      text        NOT NULL,
    tries      integer     NOT NULL DEFAULT 0,
    second_at  timestamptz,
    proved_at  timestamptz NOT NULL,
    agent      text        NOT NULL,
    address    text        NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    idle_until timestamptz,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_token_uq UNIQUE (token_hash),
    CONSTRAINT session_how_ck CHECK (how IN ('password', 'passkey', 'sso', 'link')),
    CONSTRAINT session_stage_ck CHECK (stage IN ('open', 'second', 'password', 'enrol')),
    CONSTRAINT session_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
-- signing an account out everywhere; sweeping expired sessions
CREATE INDEX session_account_ix ON session (account_id);
CREATE INDEX session_expires_ix ON session (expires_at);

-- Browsers that have signed in to an account before: they have an allowance of
-- wrong passwords of their own.
CREATE TABLE known_device (
    token_hash bytea       NOT NULL,
    account_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    CONSTRAINT known_device_pk PRIMARY KEY (token_hash, account_id),
    CONSTRAINT known_device_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
-- the devices of an account, to keep the newest; sweeping what was not used for long
CREATE INDEX known_device_account_ix ON known_device (account_id, used_at);
CREATE INDEX known_device_used_ix ON known_device (used_at);

-- credential is the public half of a passkey and what came with it, as the
-- library writes it; cloned_at says that a copy of it was seen.
CREATE TABLE passkey (
    id            uuid        CONSTRAINT passkey_pk PRIMARY KEY,
    account_id    uuid        NOT NULL,
    credential_id bytea       NOT NULL,
    credential    jsonb       NOT NULL,
    name          text        NOT NULL,
    created_at    timestamptz NOT NULL,
    used_at       timestamptz,
    cloned_at     timestamptz,
    CONSTRAINT passkey_credential_uq UNIQUE (credential_id),
    CONSTRAINT passkey_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
-- the passkeys of an account
CREATE INDEX passkey_account_ix ON passkey (account_id);

-- Challenges that have been answered: none is answered twice.
CREATE TABLE passkey_answered (
    challenge_hash bytea       CONSTRAINT passkey_answered_pk PRIMARY KEY,
    expires_at     timestamptz NOT NULL
);
-- sweeping
CREATE INDEX passkey_answered_expires_ix ON passkey_answered (expires_at);

-- A code is a keyed hash; without the key of people's data it cannot be tried out.
CREATE TABLE recovery_code (
    account_id uuid        NOT NULL,
    code_hash  bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT recovery_code_pk PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_code_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);

-- One-time links. Without an account it makes the first administrator.
CREATE TABLE account_link (
    token_hash bytea       CONSTRAINT account_link_pk PRIMARY KEY,
    account_id uuid,
    created_by uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT account_link_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT account_link_creator_fk FOREIGN KEY (created_by) REFERENCES account (id) ON DELETE SET NULL
);
-- the links of an account, which a newer one replaces
CREATE INDEX account_link_account_ix ON account_link (account_id);
-- deleting an account that made links
CREATE INDEX account_link_creator_ix ON account_link (created_by);

ALTER TABLE api_key
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN created_by uuid,
    ADD COLUMN revoked_at timestamptz,
    ADD COLUMN used_at    timestamptz,
    ADD COLUMN read_only  boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT api_key_creator_fk FOREIGN KEY (created_by) REFERENCES account (id) ON DELETE SET NULL;
-- deleting an account that made keys
CREATE INDEX api_key_creator_ix ON api_key (created_by);

-- +goose Down
ALTER TABLE api_key
    DROP COLUMN expires_at,
    DROP COLUMN created_by,
    DROP COLUMN revoked_at,
    DROP COLUMN used_at,
    DROP COLUMN read_only;
DROP TABLE account_link;
DROP TABLE recovery_code;
DROP TABLE passkey_answered;
DROP TABLE passkey;
DROP TABLE known_device;
DROP TABLE session;
CREATE TABLE session (
    token_hash bytea       CONSTRAINT session_pk PRIMARY KEY,
    account_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX session_account_ix ON session (account_id);
CREATE INDEX session_expires_ix ON session (expires_at);
UPDATE account SET password_hash = '' WHERE password_hash IS NULL;
ALTER TABLE account
    ALTER COLUMN password_hash SET NOT NULL,
    DROP COLUMN password_set_at,
    DROP COLUMN must_change,
    DROP COLUMN disabled_at,
    DROP COLUMN totp_sealed,
    DROP COLUMN totp_confirmed_at,
    DROP COLUMN totp_step,
    DROP COLUMN rev;
