-- An invented city for the tests: regions of four levels and 50,000 of each object,
-- a third spread evenly and the rest crowded, all from one seed.
SELECT setseed(0.42);
WITH fresh (code, level, parent, name, name_en, source, geom, at) AS (
SELECT * FROM (
 SELECT '9901'::text, 'city', NULL::text, '青禾市', 'Qinghe', 'test', ST_Multi(ST_MakeEnvelope(116.0, 39.8, 116.32, 40.12, 4326)), now()
 UNION ALL
 SELECT '9901' || lpad((i+1)::text, 2, '0'), 'district', '9901', '区' || i, 'District ' || i, 'test',
   ST_Multi(ST_MakeEnvelope(116.0 + (i%2)*0.16, 39.8 + (i/2)*0.16, 116.16 + (i%2)*0.16, 39.96 + (i/2)*0.16, 4326)), now() FROM generate_series(0,3) i
) r
), codes AS (INSERT INTO region_code (code, given) SELECT code, 0 FROM fresh)
INSERT INTO region (code, level, parent, name, name_en, source, geom, updated_at)
SELECT code, level, parent, name, name_en, source, geom, at FROM fresh;
WITH fresh (code, level, parent, name, name_en, source, geom, at) AS (
SELECT r.code || lpad((i*4+j+1)::text, 3, '0'), 'street', r.code, '街道' || i || j, '', 'test',
  ST_Multi(ST_MakeEnvelope(ST_XMin(r.geom)+i*0.04, ST_YMin(r.geom)+j*0.04, ST_XMin(r.geom)+(i+1)*0.04, ST_YMin(r.geom)+(j+1)*0.04, 4326)), now()
FROM region r, generate_series(0,3) i, generate_series(0,3) j WHERE r.level='district'
), codes AS (INSERT INTO region_code (code, given) SELECT code, 0 FROM fresh)
INSERT INTO region (code, level, parent, name, name_en, source, geom, updated_at)
SELECT code, level, parent, name, name_en, source, geom, at FROM fresh;
WITH fresh (code, level, parent, name, name_en, source, geom, at) AS (
SELECT r.code || lpad((i*4+j+1)::text, 3, '0'), 'community', r.code, '社区' || i || j, '', 'test',
  ST_Multi(ST_MakeEnvelope(ST_XMin(r.geom)+i*0.01, ST_YMin(r.geom)+j*0.01, ST_XMin(r.geom)+(i+1)*0.01, ST_YMin(r.geom)+(j+1)*0.01, 4326)), now()
FROM region r, generate_series(0,3) i, generate_series(0,3) j WHERE r.level='street'
), codes AS (INSERT INTO region_code (code, given) SELECT code, 0 FROM fresh)
INSERT INTO region (code, level, parent, name, name_en, source, geom, updated_at)
SELECT code, level, parent, name, name_en, source, geom, at FROM fresh;
WITH fresh (code, level, parent, name, name_en, source, geom, at) AS (
SELECT r.code || lpad((i*7+j+1)::text, 3, '0'), 'grid', r.code, '', '', 'test',
  ST_Multi(ST_MakeEnvelope(ST_XMin(r.geom)+i*0.01/7, ST_YMin(r.geom)+j*0.01/7, ST_XMin(r.geom)+(i+1)*0.01/7, ST_YMin(r.geom)+(j+1)*0.01/7, 4326)), now()
FROM region r, generate_series(0,6) i, generate_series(0,6) j WHERE r.level='community'
), codes AS (INSERT INTO region_code (code, given) SELECT code, 0 FROM fresh)
INSERT INTO region (code, level, parent, name, name_en, source, geom, updated_at)
SELECT code, level, parent, name, name_en, source, geom, at FROM fresh;

-- Straight borders prove nothing: give every side many vertices and bend the
-- plane, smoothly, so that neighbours of a level still share each vertex.
UPDATE region r SET geom = b.geom
FROM (
    SELECT v.code, ST_Multi(ST_SetSRID(ST_MakePolygon(ST_AddPoint(l.line, ST_StartPoint(l.line))), 4326)) AS geom
    FROM (SELECT code, CASE level WHEN 'city' THEN 1000 WHEN 'district' THEN 4000 WHEN 'street' THEN 200 WHEN 'community' THEN 40 ELSE 8 END AS m,
              ST_XMin(geom) AS w, ST_YMin(geom) AS s, ST_XMax(geom) AS e, ST_YMax(geom) AS n FROM region) v
    CROSS JOIN LATERAL (
        SELECT ST_MakeLine(ST_MakePoint(p.x + 0.0002 * sin(p.y * 3000), p.y + 0.0002 * cos(p.x * 3000)) ORDER BY p.k) AS line
        FROM (
            SELECT i AS k, v.w + (v.e - v.w) * i / v.m AS x, v.s AS y FROM generate_series(0, v.m - 1) i
            UNION ALL SELECT v.m + i, v.e, v.s + (v.n - v.s) * i / v.m FROM generate_series(0, v.m - 1) i
            UNION ALL SELECT 2 * v.m + i, v.e - (v.e - v.w) * i / v.m, v.n FROM generate_series(0, v.m - 1) i
            UNION ALL SELECT 3 * v.m + i, v.w, v.n - (v.n - v.s) * i / v.m FROM generate_series(0, v.m - 1) i
        ) p
    ) l
) b
WHERE b.code = r.code;

INSERT INTO department (code, name) VALUES ('D1', '环卫'), ('D2', '园林');

CREATE TEMP TABLE spot AS
SELECT i, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point,
  '9901' || lpad((1 + (lon > 116.16)::int + 2*(lat > 39.96)::int)::text, 2, '0') || '001' AS scope
FROM (SELECT i, 116.0 + CASE WHEN i % 3 = 0 THEN random() ELSE 0.3 + 0.1*random()*random() END * 0.32 AS lon, 39.8 + CASE WHEN i % 3 = 0 THEN random() ELSE 0.4 + 0.1*random()*random() END * 0.32 AS lat FROM generate_series(1, 50000) i) s;

INSERT INTO building (id, source, source_ref, name, use, levels, height_m, point, geom, scope_code, rev, updated_at)
SELECT gen_random_uuid(), 'test', i::text, CASE WHEN i % 5 = 0 THEN '楼' || i ELSE '' END, CASE WHEN i % 2 = 0 THEN 'residential' ELSE '' END,
  CASE WHEN i % 4 > 0 THEN 1 + i % 30 END, CASE WHEN i % 4 > 0 THEN 3.5 * (1 + i % 30) END, point,
  ST_Multi(ST_MakeEnvelope(ST_X(point), ST_Y(point), ST_X(point) + 0.0001 + 0.0003 * random(), ST_Y(point) + 0.0001 + 0.0003 * random(), 4326)), scope, 1, now()
FROM spot;
INSERT INTO facility (id, code, source, source_ref, kind, class, name, state, point, scope_code, rev, updated_at)
SELECT gen_random_uuid(), translate(lpad(to_hex(i), 8, '0'), '0123456789abcdef', '23456789ABCDEFGH'), 'test', i::text, 'bench', 'seat', CASE WHEN i % 3 = 0 THEN '椅' || i ELSE '' END, 'intact', point, scope, 1, now() FROM spot;
INSERT INTO service (id, source, source_ref, kind, name, name_en, point, scope_code, rev, updated_at)
SELECT gen_random_uuid(), 'test', i::text, 'clinic', '诊所' || i, 'Clinic ' || i, point, scope, 1, now() FROM spot;

INSERT INTO case_transition (from_state, action, to_state)
SELECT 'none', 'report', s FROM unnest(ARRAY['reported','filed','rejected','dispatched','returned','in_progress','suspended','resolved','closed']) s;
CREATE TEMP TABLE fresh AS
SELECT i, gen_random_uuid() AS id, point, scope, (ARRAY['reported','filed','rejected','dispatched','returned','in_progress','suspended','resolved','closed'])[1 + floor(random()*9)::int] AS state FROM spot;
INSERT INTO case_event (case_id, seq, at, action, from_state, to_state, actor_role) SELECT id, 1, now(), 'report', 'none', state, 'resident' FROM fresh;
INSERT INTO case_file (id, number, type, category, title, urgent, channel, state, rev, point, given_crs, given_x, given_y, scope_code, department_code, receipt_hash, urges, due_at, created_at, updated_at)
SELECT id, '20261122-990101-' || lpad(i::text, 6, '0'), 'incident', CASE WHEN i % 2 = 0 THEN '0101' ELSE '0205' END, '路灯不亮 ' || i, i % 7 = 0, 'pin', state, 1, point, 'wgs84', ST_X(point), ST_Y(point), scope,
  CASE i % 3 WHEN 0 THEN 'D1' WHEN 1 THEN 'D2' END, decode(md5(i::text), 'hex'), CASE WHEN i % 11 = 0 THEN i % 3 + 1 ELSE 0 END,
  CASE WHEN i % 4 > 0 THEN timestamptz '2026-11-22 08:00Z' + (i % 97 - 48) * interval '1 hour' + interval '17.25 seconds' END,
  timestamptz '2026-11-20 00:00Z' + (i % 1000) * interval '5 minutes', now()
FROM fresh;

-- some that have ended lie in another district now
UPDATE case_file SET ground_code = CASE WHEN scope_code < '990103' THEN '990103' ELSE '990101' END WHERE state IN ('closed', 'rejected') AND right(number, 1) IN ('3', '4');

INSERT INTO basemap (id, source, source_ref, layer, class, name, name_en, rank, geom, rev, updated_at)
SELECT gen_random_uuid(), 'test', i::text, 'road', (ARRAY['motorway','trunk','primary','secondary','tertiary','residential','service','path','odd'])[1 + i % 9], CASE WHEN i % 2 = 0 THEN '路' || i ELSE '' END, '', i % 9,
  ST_MakeLine(ARRAY[point, ST_Translate(point, 0.001*random(), 0.001), ST_Translate(point, 0.002, 0.002*random())]), 1, now() FROM spot WHERE i <= 40000;
INSERT INTO basemap (id, source, source_ref, layer, class, name, rank, geom, rev, updated_at)
SELECT gen_random_uuid(), 'test', 'g' || i, (ARRAY['green','water','landuse'])[1 + i % 3], (ARRAY['park','water','residential'])[1 + i % 3], '', 5,
  ST_Buffer(point, 0.0005 + 0.002*random(), 4), 1, now() FROM spot WHERE i <= 5000;
INSERT INTO basemap (id, source, source_ref, layer, class, name, rank, geom, rev, updated_at)
SELECT gen_random_uuid(), 'test', 'p' || i, 'place', (ARRAY['city','suburb','locality'])[1 + i / 3 % 3], '地' || i, i % 9, point, 1, now() FROM spot WHERE i <= 900;
INSERT INTO basemap (id, source, source_ref, layer, class, name, rank, geom, rev, updated_at)
VALUES (gen_random_uuid(), 'test', 'b', 'boundary', 'admin', '界', 0, ST_Boundary(ST_MakeEnvelope(116.0, 39.8, 116.32, 40.12, 4326)), 1, now()),
 (gen_random_uuid(), 'test', 'r', 'rail', 'rail', '铁路', 1, ST_MakeLine(ST_Point(116.0, 39.9, 4326), ST_Point(116.3, 40.0, 4326)), 1, now()),
 (gen_random_uuid(), 'test', 'w', 'waterway', 'river', '河', 1, ST_MakeLine(ST_Point(116.0, 39.95, 4326), ST_Point(116.3, 39.9, 4326)), 1, now());
ANALYZE region; ANALYZE building; ANALYZE facility; ANALYZE service; ANALYZE case_file; ANALYZE basemap;
