-- +goose Up
-- How many moved into and out of dwellings, by day and community: what flows are
-- made of. Somebody who has moved away is seen elsewhere now and counted here
-- still, so it has to look at everybody; it does so only inside, gives counts
-- and nothing else, and leaves the transaction with the sight it came with.
--
-- prefixes are of region codes, none within another; unplaced counts dwellings
-- that lie in no region, too; digits is how long a community's code is. The sight
-- is set by people_context, so that a sharded server carries it to its nodes.
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

-- +goose Down
DROP FUNCTION people_moves;
