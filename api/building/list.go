package building

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/find"
	"onemap/api/web"
)

// Row is a building in a list.
type Row struct {
	ID          uuid.UUID `json:"id"`
	Code        string    `json:"code"`
	Name        string    `json:"name"`
	NameEn      string    `json:"name_en"`
	Use         string    `json:"use"`
	Address     string    `json:"address"`
	Levels      *int16    `json:"levels"`
	LevelsBelow *int16    `json:"levels_below"`
	HeightM     *float64  `json:"height"`
	BuiltYear   *int16    `json:"built_year"`
	Structure   string    `json:"structure"`
	GridCode    *string   `json:"grid_code"`
	ScopeCode   string    `json:"scope_code"`
	Lon         float64   `json:"lon"`
	Lat         float64   `json:"lat"`
	Rev         int64     `json:"rev"`
}

const rowColumns = `SELECT id, COALESCE(code, ''), name, name_en, use, address, levels, levels_below, height_m, built_year, structure, grid_code, scope_code, rev, point`

func scanRow(row pgx.CollectableRow) (r Row, err error) {
	var at orb.Point
	var height *float32
	err = row.Scan(&r.ID, &r.Code, &r.Name, &r.NameEn, &r.Use, &r.Address, &r.Levels, &r.LevelsBelow, &height, &r.BuiltYear, &r.Structure, &r.GridCode, &r.ScopeCode, &r.Rev, &at)
	if height != nil {
		h := tenth(float64(*height))
		r.HeightM = &h
	}
	r.Lon, r.Lat = at[0], at[1]
	return r, err
}

// Page is a part of the list of buildings.
type Page struct {
	Items []Row  `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// List gives buildings whose name, address or code holds what was typed.
func (s *Service) List(ctx context.Context, q web.ListQuery) (Page, error) {
	after, err := q.After()
	if err != nil {
		return Page{}, err
	}
	args := pgx.NamedArgs{}
	where := " FROM building WHERE " + actor.Within("scope_code", q.Region, "region", args)
	if words := find.Query(q.Q); words != "" {
		args["words"] = words
		where += " AND words @@ @words::tsquery"
	}
	fetch := func(after uuid.UUID, limit int) ([]Row, error) {
		args["after"], args["limit"] = after, limit
		rows, err := s.Pool.Query(ctx, rowColumns+where+" AND id > @after ORDER BY id LIMIT @limit", args)
		if err != nil {
			return nil, fmt.Errorf("buildings: %w", err)
		}
		return pgx.CollectRows(rows, scanRow)
	}
	items, next, err := find.Page(after, q.Limit, fetch, func(r Row) uuid.UUID { return r.ID }, func(r Row) bool {
		return find.Matches(q.Q, r.Name, r.NameEn, r.Address, r.Code)
	})
	return Page{items, web.Next(next)}, err
}
