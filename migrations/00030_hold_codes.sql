-- +goose Up
-- Every code that was ever given to a region, and with which edition. A code in
-- force may be drawn anew; one that has gone comes back with a polygon it had, or
-- never: whoever gives a code writes it here, once.
CREATE TABLE region_code (
    code  text COLLATE "C" CONSTRAINT region_code_pk PRIMARY KEY,
    given bigint NOT NULL
);
INSERT INTO region_code (code, given)
SELECT code, min(since) FROM (SELECT code, since FROM region UNION ALL SELECT code, since FROM region_past) r GROUP BY code;
ALTER TABLE region ADD CONSTRAINT region_given_fk FOREIGN KEY (code) REFERENCES region_code (code);
ALTER TABLE region_past ADD CONSTRAINT region_past_given_fk FOREIGN KEY (code) REFERENCES region_code (code);

-- +goose Down
ALTER TABLE region_past DROP CONSTRAINT region_past_given_fk;
ALTER TABLE region DROP CONSTRAINT region_given_fk;
DROP TABLE region_code;
