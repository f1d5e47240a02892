package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/address"
	"onemap/api/find"
)

// roomStatement: a house found by its words, then the room in it. A room is
// written with or without its unit.
const roomStatement = `
SELECT 'address', d.id::text, '', CASE WHEN d.address = '' THEN concat_ws(' ', b.address, u.code, d.code) ELSE d.address END, b.name, ST_X(b.point), ST_Y(b.point), b.address, d.code
FROM (SELECT id, name, address, point FROM building WHERE words @@ @query::tsquery LIMIT @most) b
JOIN dwelling d ON d.building_id = b.id AND d.code = @room
LEFT JOIN building_unit u ON u.id = d.unit_id
WHERE (@unit = '' OR u.code IN (@unit, @unit || '单元'))`

// rooms finds what somebody means by 春风路12号3栋2单元502. Staff find the rooms
// of their area; a room says nothing about who lives in it.
func (s *Service) rooms(ctx context.Context, text string, limit int) ([]Hit, error) {
	scope := actor.From(ctx).Area()
	asked := address.Parse(text)
	unit, _, room := asked.Inside()
	asked.Unit, asked.Storey, asked.Room, asked.Note = "", "", "", ""
	house := asked.String()
	query := find.Query(house)
	if scope.Empty() || room == "" || query == "" {
		return nil, nil
	}
	args := pgx.NamedArgs{"query": query, "most": candidates, "room": room, "unit": unit}
	sql := roomStatement + " AND " + scope.Where("d.scope_code", "''", args)
	found := map[string][]Hit{}
	batch := &pgx.Batch{}
	batch.Queue("SET LOCAL enable_seqscan = off")
	batch.Queue(sql, args).Query(collect(found, house, limit))
	err := s.read(ctx, batch)
	return found["address"], err
}

// people finds people by right; the slice knows who that is, and masks them.
func (s *Service) people(ctx context.Context, text string, limit int) ([]Hit, error) {
	found, err := s.People.Search(ctx, text, limit)
	hits := make([]Hit, len(found))
	for i, p := range found {
		hits[i] = Hit{Type: "person", ID: p.ID.String(), Title: p.Name, Subtitle: p.Address, Lon: p.Lon, Lat: p.Lat}
		if p.Age != nil {
			hits[i].Subtitle = strings.TrimSpace(fmt.Sprintf("%d %s", *p.Age, p.Address))
		}
	}
	return hits, err
}
