-- +goose Up
CREATE TABLE department (
    code    text CONSTRAINT department_pk PRIMARY KEY,
    name    text NOT NULL,
    name_en text NOT NULL DEFAULT ''
);

CREATE TABLE account (
    id            uuid        CONSTRAINT account_pk PRIMARY KEY,
    login         text        NOT NULL,
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    demo          boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    CONSTRAINT account_login_uq UNIQUE (login),
    CONSTRAINT account_login_ck CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$')
);

-- A role on a prefix of the region code ('' is everywhere), for a department
-- where the role is a department's.
CREATE TABLE account_grant (
    id         uuid        CONSTRAINT account_grant_pk PRIMARY KEY,
    account_id uuid        NOT NULL,
    role       text        NOT NULL,
    scope      text COLLATE "C" NOT NULL,
    department text,
    created_at timestamptz NOT NULL,
    CONSTRAINT account_grant_uq UNIQUE NULLS NOT DISTINCT (account_id, role, scope, department),
    CONSTRAINT account_grant_role_ck CHECK (role IN ('operator', 'supervisor', 'handler', 'worker', 'planner', 'registrar', 'auditor', 'administrator', 'leader')),
    CONSTRAINT account_grant_scope_ck CHECK (scope ~ '^[0-9]*$' AND length(scope) IN (0, 4, 6, 9, 12, 15)),
    CONSTRAINT account_grant_department_ck CHECK ((role = 'handler') = (department IS NOT NULL)),
    CONSTRAINT account_grant_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT account_grant_department_fk FOREIGN KEY (department) REFERENCES department (code)
);

-- Only the hash of a session's token is kept.
CREATE TABLE session (
    token_hash bytea       CONSTRAINT session_pk PRIMARY KEY,
    account_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_account_fk FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);
-- signing an account out everywhere; sweeping expired sessions
CREATE INDEX session_account_ix ON session (account_id);
CREATE INDEX session_expires_ix ON session (expires_at);

CREATE TABLE api_key (
    id         uuid        CONSTRAINT api_key_pk PRIMARY KEY,
    token_hash bytea       NOT NULL,
    name       text        NOT NULL,
    role       text        NOT NULL,
    scope      text COLLATE "C" NOT NULL,
    department text,
    created_at timestamptz NOT NULL,
    CONSTRAINT api_key_token_uq UNIQUE (token_hash),
    CONSTRAINT api_key_department_fk FOREIGN KEY (department) REFERENCES department (code)
);

-- +goose Down
DROP TABLE api_key;
DROP TABLE session;
DROP TABLE account_grant;
DROP TABLE account;
DROP TABLE department;
