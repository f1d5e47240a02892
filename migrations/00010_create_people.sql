-- +goose Up
-- Which key the sealed values need: what tells it from another key, so that a
-- start with the wrong one is refused.
CREATE TABLE sealing (
    one         smallint CONSTRAINT sealing_pk PRIMARY KEY CONSTRAINT sealing_one_ck CHECK (one = 1),
    fingerprint bytea NOT NULL,
    at          timestamptz NOT NULL
);

-- People. Identity numbers and phones are sealed by the program with a key that
-- is never in the database; the blind columns are keyed hashes, for equality only.
-- name_2 and name_3 are the name from its second and third character (or word)
-- on, initials its pinyin initials: together with name they answer what a name
-- contains by plain ranges, which row-level security leaves usable.
-- building_id, grid_code and scope_code are those of the dwelling somebody lives in now.
-- References differ from their first letters on, sources hardly: the unique
-- constraints begin with what sorts soonest.
CREATE TABLE household (
    id          uuid CONSTRAINT household_pk PRIMARY KEY,
    source      text COLLATE "C" NOT NULL,
    source_ref  text COLLATE "C" NOT NULL,
    dwelling_id uuid,
    kind        text NOT NULL DEFAULT 'family',
    rev         bigint NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT household_source_uq UNIQUE (source_ref, source),
    CONSTRAINT household_kind_ck CHECK (kind IN ('family', 'collective')),
    CONSTRAINT household_dwelling_fk FOREIGN KEY (dwelling_id) REFERENCES dwelling (id)
);
-- the households of a dwelling
CREATE INDEX household_dwelling_ix ON household (dwelling_id) WHERE dwelling_id IS NOT NULL;

CREATE TABLE person (
    id           uuid CONSTRAINT person_pk PRIMARY KEY,
    source       text COLLATE "C" NOT NULL,
    source_ref   text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    name_2       text COLLATE "C" NOT NULL DEFAULT '',
    name_3       text COLLATE "C" NOT NULL DEFAULT '',
    initials     text COLLATE "C" NOT NULL DEFAULT '',
    sex          text NOT NULL DEFAULT '',
    born_on      date,
    id_kind      text NOT NULL DEFAULT '',
    id_sealed    bytea,
    id_blind     bytea,
    phone_sealed bytea,
    phone_blind  bytea,
    kind         text NOT NULL DEFAULT 'registered',
    lives_alone  boolean NOT NULL DEFAULT false,
    household_id uuid,
    head         boolean NOT NULL DEFAULT false,
    dwelling_id  uuid,
    building_id  uuid,
    grid_code    text COLLATE "C",
    scope_code   text COLLATE "C" NOT NULL DEFAULT '',
    left_on      date,
    left_why     text NOT NULL DEFAULT '',
    rev          bigint NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT person_source_uq UNIQUE (source_ref, source),
    CONSTRAINT person_id_blind_uq UNIQUE (id_blind),
    CONSTRAINT person_sex_ck CHECK (sex IN ('', 'male', 'female')),
    CONSTRAINT person_id_ck CHECK ((id_sealed IS NULL) = (id_blind IS NULL)),
    CONSTRAINT person_id_kind_ck CHECK (id_kind IN ('', 'resident', 'passport', 'permit', 'other')),
    CONSTRAINT person_phone_ck CHECK ((phone_sealed IS NULL) = (phone_blind IS NULL)),
    CONSTRAINT person_kind_ck CHECK (kind IN ('registered', 'floating', 'left_behind', 'overseas')),
    CONSTRAINT person_left_ck CHECK ((left_on IS NULL) = (left_why = '') AND left_why IN ('', 'moved', 'died')),
    CONSTRAINT person_grid_ck CHECK (grid_code IS NULL OR grid_code = scope_code),
    CONSTRAINT person_household_fk FOREIGN KEY (household_id) REFERENCES household (id),
    CONSTRAINT person_dwelling_fk FOREIGN KEY (dwelling_id) REFERENCES dwelling (id),
    CONSTRAINT person_building_fk FOREIGN KEY (building_id) REFERENCES building (id)
);
-- nobody asks for a sealed value: the planner need not know them
ALTER TABLE person ALTER COLUMN id_sealed SET STATISTICS 0, ALTER COLUMN phone_sealed SET STATISTICS 0;
-- names by what they begin with, or contain
CREATE INDEX person_name_ix ON person (name);
CREATE INDEX person_name_two_ix ON person (name_2) WHERE name_2 <> '';
CREATE INDEX person_name_three_ix ON person (name_3) WHERE name_3 <> '';
CREATE INDEX person_initials_ix ON person (initials);
-- who lives in an area
CREATE INDEX person_scope_ix ON person (scope_code);
-- who lives in a building, and how old they are; with everything a planner's
-- question needs of all of them, so that the wide rows are not read for it
CREATE INDEX person_building_ix ON person (building_id, born_on) INCLUDE (household_id, dwelling_id, id, left_on, lives_alone) WHERE building_id IS NOT NULL;
-- whether anybody lives in a room that is to be taken away
CREATE INDEX person_dwelling_ix ON person (dwelling_id) WHERE dwelling_id IS NOT NULL;
-- who has this phone
CREATE INDEX person_phone_ix ON person (phone_blind) WHERE phone_blind IS NOT NULL;
-- the members of a household
CREATE INDEX person_household_ix ON person (household_id) WHERE household_id IS NOT NULL;

-- Who is tied to which dwelling, how, from when to when: 户籍人 registered,
-- 居住人 resident, 房屋人 owner, tenant or other. What has ended stays: in and
-- out flows are read from here.
CREATE TABLE residence (
    id          uuid CONSTRAINT residence_pk PRIMARY KEY,
    person_id   uuid NOT NULL,
    dwelling_id uuid NOT NULL,
    relation    text NOT NULL,
    since       date,
    until       date,
    CONSTRAINT residence_relation_ck CHECK (relation IN ('registered', 'resident', 'owner', 'tenant', 'other')),
    CONSTRAINT residence_dates_ck CHECK (until >= since),
    CONSTRAINT residence_person_fk FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE,
    CONSTRAINT residence_dwelling_fk FOREIGN KEY (dwelling_id) REFERENCES dwelling (id)
);
-- nobody lives, or is registered, in two dwellings at once
CREATE UNIQUE INDEX residence_one_ix ON residence (person_id, relation) WHERE until IS NULL AND relation IN ('registered', 'resident');
-- a person's dwellings
CREATE INDEX residence_person_ix ON residence (person_id);
-- a dwelling's people, also those who were tied to it
CREATE INDEX residence_dwelling_ix ON residence (dwelling_id);

-- A care tag exists to bring help: it has a purpose, a legal basis and an end.
CREATE TABLE person_tag (
    id        uuid CONSTRAINT person_tag_pk PRIMARY KEY,
    person_id uuid NOT NULL,
    tag       text NOT NULL,
    purpose   text NOT NULL,
    basis     text NOT NULL,
    since     date NOT NULL,
    until     date NOT NULL,
    CONSTRAINT person_tag_tag_ck CHECK (tag IN ('disabled', 'low_income', 'left_behind_child', 'lost_only_child', 'veteran', 'mental_illness_care', 'community_correction', 'resettlement')),
    CONSTRAINT person_tag_dates_ck CHECK (until >= since),
    CONSTRAINT person_tag_person_fk FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
);
-- a person's tags
CREATE INDEX person_tag_person_ix ON person_tag (person_id);
-- who carries a tag
CREATE INDEX person_tag_tag_ix ON person_tag (tag, until);

-- +goose Down
DROP TABLE person_tag;
DROP TABLE residence;
DROP TABLE person;
DROP TABLE household;
DROP TABLE sealing;
