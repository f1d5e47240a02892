-- +goose Up
-- Who counts moves reads no more than what is counted: which home, since when and
-- until when, and where the home lies; of the erased, how many. A role of its own
-- may read these columns, of everybody, and no other column of people's tables,
-- so that counting needs no sight. It is made before any migration runs (api/pg).
DROP FUNCTION people_moves;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT USAGE ON SCHEMA ' || quote_ident(current_schema()) || ' TO onemap_counts';
END
$$;
-- +goose StatementEnd
GRANT SELECT (dwelling_id, relation, since, until) ON residence TO onemap_counts;
GRANT SELECT (id, scope_code) ON dwelling TO onemap_counts;
GRANT SELECT (scope_code, month, came, went) ON remainder TO onemap_counts;
CREATE POLICY residence_counted ON residence FOR SELECT TO onemap_counts USING (true);
CREATE POLICY remainder_counted ON remainder FOR SELECT TO onemap_counts USING (true);

-- +goose Down
DROP POLICY remainder_counted ON remainder;
DROP POLICY residence_counted ON residence;
REVOKE SELECT (scope_code, month, came, went) ON remainder FROM onemap_counts;
REVOKE SELECT (id, scope_code) ON dwelling FROM onemap_counts;
REVOKE SELECT (dwelling_id, relation, since, until) ON residence FROM onemap_counts;
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'REVOKE USAGE ON SCHEMA ' || quote_ident(current_schema()) || ' FROM onemap_counts';
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION people_moves(prefixes text[], unplaced boolean, since date, until date, digits integer)
RETURNS TABLE (day date, community text, came bigint, went bigint) LANGUAGE plpgsql AS $$
DECLARE
    seen text := COALESCE(current_setting('onemap.people', true), '');
    tags text := COALESCE(current_setting('onemap.people_tags', true), '');
    -- ':' follows '9' in C collation
    lows text[] := prefixes || CASE WHEN unplaced THEN ARRAY[''] ELSE ARRAY[]::text[] END;
    highs text[] := ARRAY(SELECT p || ':' FROM unnest(prefixes) WITH ORDINALITY AS t (p, n) ORDER BY n) || CASE WHEN unplaced THEN ARRAY['0'] ELSE ARRAY[]::text[] END;
BEGIN
    PERFORM people_context('everywhere', '');
    FOR i IN 1 .. cardinality(lows) LOOP
        -- planned for these very values: a region's homes, or a period's moves
        RETURN QUERY EXECUTE $count$
SELECT f.day, f.community, sum(f.came)::bigint, sum(f.went)::bigint
FROM (
    SELECT r.since AS day, left(d.scope_code, $5) AS community, 1 AS came, 0 AS went
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id WHERE r.relation = 'resident' AND r.since BETWEEN $3 AND $4 AND d.scope_code >= $1 AND d.scope_code < $2
    UNION ALL
    SELECT r.until, left(d.scope_code, $5), 0, 1
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id WHERE r.relation = 'resident' AND r.until BETWEEN $3 AND $4 AND d.scope_code >= $1 AND d.scope_code < $2
    UNION ALL
    SELECT m.month, m.scope_code, m.came, m.went FROM remainder m WHERE m.month BETWEEN $3 AND $4 AND m.scope_code >= $1 AND m.scope_code < $2) f
GROUP BY 1, 2$count$ USING lows[i], highs[i], since, until, digits;
    END LOOP;
    PERFORM people_context(seen, tags);
END
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION people_moves FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people_moves TO onemap_people;
