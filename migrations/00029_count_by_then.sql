-- +goose Up
-- An ended case keeps the region it ended in. Where its ground belongs to another
-- one by now, ground_code says to which, so that cases can be counted on the grids
-- in force as well; else it is null, and scope_code holds for both.
ALTER TABLE case_file ADD COLUMN ground_code text COLLATE "C";
ALTER TABLE case_file ADD CONSTRAINT case_file_ground_ck CHECK (ground_code IS NULL OR state IN ('closed', 'rejected') AND ground_code <> scope_code);
-- the cases of a region on the grids in force, beside those that case_file_scope_ix gives
CREATE INDEX case_file_ground_ix ON case_file (ground_code, created_at DESC, id) WHERE ground_code IS NOT NULL;

-- One row: of which edition the ground of ended cases is. -1 is of none: they are
-- looked up at the next start.
CREATE TABLE case_ground (
    one     smallint CONSTRAINT case_ground_pk PRIMARY KEY CONSTRAINT case_ground_one_ck CHECK (one = 1),
    edition bigint NOT NULL
);
INSERT INTO case_ground (one, edition) SELECT 1, CASE WHEN EXISTS (SELECT FROM case_file) THEN -1 ELSE edition END FROM region_edition;

-- what was in force when
CREATE INDEX edition_at_ix ON edition (at, edition);

-- Who counts moves on the grids of then has to know where a home stands.
GRANT SELECT (building_id) ON dwelling TO onemap_counts;
GRANT SELECT (id, point) ON building TO onemap_counts;

-- +goose Down
REVOKE SELECT (id, point) ON building FROM onemap_counts;
REVOKE SELECT (building_id) ON dwelling FROM onemap_counts;
DROP INDEX edition_at_ix;
DROP TABLE case_ground;
DROP INDEX case_file_ground_ix;
ALTER TABLE case_file DROP CONSTRAINT case_file_ground_ck;
ALTER TABLE case_file DROP COLUMN ground_code;
