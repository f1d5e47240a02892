-- +goose Up
-- which buildings stand on the ground of a redraw, at its preview and when it is published
CREATE INDEX building_point_ix ON building USING gist (point);

-- +goose Down
DROP INDEX building_point_ix;
