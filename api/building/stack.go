package building

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/address"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// header is a building as its stack needs it.
type header struct {
	ID          uuid.UUID
	Code        string
	Name        string
	NameEn      string
	Address     string
	Levels      *int16
	LevelsBelow *int16
	HeightM     *float32
	Grid        *string
	Scope       string
	Rev         int64
}

const headerColumns = "SELECT id, COALESCE(code, ''), name, name_en, address, levels, levels_below, height_m, grid_code, scope_code, rev FROM building WHERE id = $1"

func readHeader(ctx context.Context, q pg.Querier, id uuid.UUID, lock string) (h header, err error) {
	err = q.QueryRow(ctx, headerColumns+lock, id).Scan(&h.ID, &h.Code, &h.Name, &h.NameEn, &h.Address, &h.Levels, &h.LevelsBelow, &h.HeightM, &h.Grid, &h.Scope, &h.Rev)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.Missing("building")
	}
	return h, err
}

func readFrame(ctx context.Context, q pg.Querier, id uuid.UUID, lock string) (f frameOf, err error) {
	if f.building, err = readHeader(ctx, q, id, lock); err != nil {
		return f, err
	}
	units, storeys, rooms, err := readStacks(ctx, q, []uuid.UUID{id})
	f.units, f.storeys, f.rooms = units[id], storeys[id], rooms[id]
	return f, err
}

// StackView is the stack of a building, top storey first. Persons are never in it.
type StackView struct {
	Building StackBuilding `json:"building"`
	Storeys  []StoreyView  `json:"storeys"`
	Units    []UnitView    `json:"units"`
	Statuses []StatusCount `json:"statuses"`
}

// StackBuilding is the building of a stack.
type StackBuilding struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	NameEn      string    `json:"name_en"`
	Address     string    `json:"address"`
	Levels      *int16    `json:"levels"`
	LevelsBelow *int16    `json:"levels_below"`
	Rev         int64     `json:"rev"`
}

// StoreyView is one storey.
type StoreyView struct {
	Ordinal int     `json:"ordinal" doc:"0 is the ground floor; below it is negative."`
	Label   string  `json:"label" doc:"What the lift's button says."`
	Kind    string  `json:"kind" enum:"above,ground,below,mezzanine,roof"`
	BaseM   float64 `json:"base_m" doc:"Metres above the ground, estimated."`
	HeightM float64 `json:"height_m" doc:"Metres, estimated."`
}

// UnitView is a staircase with its rooms; the one without a code holds what
// belongs to no unit.
type UnitView struct {
	ID      string     `json:"id"`
	Code    string     `json:"code"`
	Ordinal int        `json:"ordinal"`
	Lift    bool       `json:"lift"`
	Columns int        `json:"columns"`
	Rooms   []RoomView `json:"rooms"`
}

// RoomView is a cell. People, elderly and alone are there for those who may see
// people, and are numbers and signs only.
type RoomView struct {
	ID         string   `json:"id" doc:"Empty for a room that is only planned."`
	Code       string   `json:"code"`
	StoreyFrom int      `json:"storey_from"`
	StoreyTo   int      `json:"storey_to"`
	Col        int      `json:"col"`
	Colspan    int      `json:"colspan"`
	Use        string   `json:"use"`
	Tenure     string   `json:"tenure"`
	AreaM2     *float64 `json:"area_m2"`
	Status     string   `json:"status"`
	People     *int     `json:"people,omitempty"`
	Elderly    *bool    `json:"elderly,omitempty"`
	Alone      *bool    `json:"alone,omitempty"`
}

// StatusCount is a line of the legend.
type StatusCount struct {
	Status  string `json:"status"`
	Title   string `json:"title"`
	TitleEn string `json:"title_en"`
	Count   int    `json:"count"`
}

// statuses are what a room can show, in the order of the legend.
var statuses = []StatusCount{
	{"occupied", "有人居住", "Occupied", 0},
	{"let", "出租", "Let", 0},
	{"vacant", "空置", "Vacant", 0},
	{"dwelling", "住宅", "Dwelling", 0},
	{"shop", "商铺", "Shop", 0},
	{"office", "办公", "Office", 0},
	{"workshop", "作坊", "Workshop", 0},
	{"storage", "仓储", "Storage", 0},
	{"parking", "停车", "Parking", 0},
	{"civil_defence", "人防", "Civil defence", 0},
	{"plant", "设备", "Plant", 0},
	{"public", "公共", "Public", 0},
	{"other", "其他", "Other", 0},
}

// statusOf is what a room shows: to all staff its use and tenure, to those who
// see people also whether anybody lives there.
func statusOf(use, tenure string, people *int) string {
	switch {
	case use != "dwelling":
		return use
	case people != nil && *people > 0 && tenure == "let":
		return "let"
	case people != nil && *people > 0:
		return "occupied"
	case people != nil || tenure == "vacant":
		return "vacant"
	case tenure == "let":
		return "let"
	}
	return "dwelling"
}

// Stack is the stack of a building as the actor, whose area it lies in, may see it.
func (s *Service) Stack(ctx context.Context, id uuid.UUID) (StackView, error) {
	f, err := readFrame(ctx, s.Pool, id, "")
	if err != nil {
		return StackView{}, err
	}
	if !actor.From(ctx).Area().Holds(f.building.Scope, "") {
		return StackView{}, fault.Missing("building")
	}
	counts, err := s.counts(ctx, s.Pool, f)
	if err != nil {
		return StackView{}, err
	}
	return view(f, counts), nil
}

// counts gives who lives in the rooms, nil for those who may not know.
func (s *Service) counts(ctx context.Context, q pg.Querier, f frameOf) (map[uuid.UUID]Count, error) {
	if s.People == nil || !actor.From(ctx).People().Holds(f.building.Scope, "") {
		return nil, nil
	}
	ids := make([]uuid.UUID, 0, len(f.rooms))
	for _, r := range f.rooms {
		ids = append(ids, r.ID)
	}
	counts, err := s.People.CountByDwelling(ctx, q, ids)
	if err != nil {
		return nil, fmt.Errorf("people of the building: %w", err)
	}
	if counts == nil {
		counts = map[uuid.UUID]Count{}
	}
	return counts, nil
}

func view(f frameOf, counts map[uuid.UUID]Count) StackView {
	b := f.building
	v := StackView{
		Building: StackBuilding{b.ID, b.Name, b.NameEn, b.Address, b.Levels, b.LevelsBelow, b.Rev},
		Storeys:  []StoreyView{}, Units: []UnitView{}, Statuses: []StatusCount{},
	}
	for i := len(f.storeys) - 1; i >= 0; i-- {
		x := f.storeys[i]
		v.Storeys = append(v.Storeys, StoreyView{x.Ordinal, x.Label, x.Kind, tenth(x.BaseM), tenth(x.HeightM)})
	}
	at := map[uuid.UUID]int{}
	for i, u := range f.units {
		id := ""
		if u.ID != uuid.Nil {
			id = u.ID.String()
		}
		at[u.ID] = i
		v.Units = append(v.Units, UnitView{ID: id, Code: u.Code, Ordinal: u.Ordinal, Lift: u.Lift, Columns: 1, Rooms: []RoomView{}})
	}
	seen := map[string]int{}
	for _, r := range f.rooms {
		i, ok := at[r.UnitID]
		if !ok {
			i = len(v.Units)
			at[r.UnitID] = i
			v.Units = append(v.Units, UnitView{Ordinal: i + 1, Columns: 1, Rooms: []RoomView{}})
		}
		room := roomView(r, counts)
		seen[room.Status]++
		u := &v.Units[i]
		u.Columns = max(u.Columns, r.Col+r.Colspan-1)
		u.Rooms = append(u.Rooms, room)
	}
	for _, s := range statuses {
		if s.Count = seen[s.Status]; s.Count > 0 {
			v.Statuses = append(v.Statuses, s)
		}
	}
	return v
}

func roomView(r Room, counts map[uuid.UUID]Count) RoomView {
	v := RoomView{
		Code: r.Code, StoreyFrom: r.StoreyFrom, StoreyTo: r.StoreyTo, Col: r.Col, Colspan: r.Colspan, Use: r.Use, Tenure: r.Tenure,
	}
	if r.ID != uuid.Nil {
		v.ID = r.ID.String()
	}
	if r.AreaM2 > 0 {
		area := tenth(r.AreaM2)
		v.AreaM2 = &area
	}
	if counts != nil {
		c := counts[r.ID]
		elderly, alone := c.Elderly > 0, c.Alone > 0
		v.People, v.Elderly, v.Alone = &c.People, &elderly, &alone
	}
	v.Status = statusOf(r.Use, r.Tenure, v.People)
	return v
}

// tenth keeps a float32 of the database from telling nine digits.
func tenth(metres float64) float64 { return math.Round(metres*10) / 10 }

// Planned is the stack that a plan would give, and what it changes.
type Planned struct {
	StackView
	Difference
	Warnings []string `json:"warnings"`
}

// Preview shows what a plan would give; it changes nothing.
func (s *Service) Preview(ctx context.Context, id uuid.UUID, p Plan) (Planned, error) {
	f, err := readFrame(ctx, s.Pool, id, "")
	if err != nil {
		return Planned{}, err
	}
	if err := web.Keeps(ctx, "building", f.building.Scope); err != nil {
		return Planned{}, err
	}
	layout, err := p.Layout(f.building.short())
	if err != nil {
		return Planned{}, err
	}
	rooms, removed := match(f, layout)
	d, err := s.difference(ctx, s.Pool, f, rooms, removed)
	if err != nil {
		return Planned{}, err
	}
	counts, err := s.counts(ctx, s.Pool, f)
	if err != nil {
		return Planned{}, err
	}
	out := Planned{StackView: view(planned(f, layout, rooms), counts), Difference: d, Warnings: []string{}}
	top := layout.Storeys[len(layout.Storeys)-1]
	if sum := top.BaseM + top.HeightM; f.building.HeightM != nil && math.Abs(sum-float64(*f.building.HeightM)) > 0.2*float64(*f.building.HeightM) {
		out.Warnings = append(out.Warnings, fmt.Sprintf("The storeys are %.0f m together, the building is known to be %.0f m high.", sum, *f.building.HeightM))
	}
	return out, nil
}

// short is what {building} stands for in room numbers.
func (h header) short() string {
	a := address.Parse(h.Address)
	if a.Building != "" {
		return a.Building
	}
	return a.Number
}

// planned is the frame as the plan would leave it.
func planned(f frameOf, layout Layout, rooms []matched) frameOf {
	levels, below := levelsOf(layout)
	out := frameOf{building: f.building, storeys: layout.Storeys}
	out.building.Levels, out.building.LevelsBelow = &levels, &below
	ids := map[string]uuid.UUID{"": uuid.Nil}
	for _, u := range layout.Units {
		if i := slices.IndexFunc(f.units, func(x Unit) bool { return x.Code == u.Code }); i >= 0 {
			u.ID = f.units[i].ID
		} else {
			u.ID = uuid.NewSHA1(f.building.ID, []byte(u.Code)) // only to hold its rooms together
		}
		ids[u.Code] = u.ID
		out.units = append(out.units, u)
	}
	for _, r := range rooms {
		out.rooms = append(out.rooms, r.room(ids[r.Unit]))
	}
	return out
}

// room is the planned room with what is kept of the one that is there.
func (m matched) room(unit uuid.UUID) Room {
	r := Room{Use: m.Use}
	if m.had != nil {
		r = *m.had
		if m.UseSaid {
			r.Use = m.Use
		}
	}
	r.UnitID, r.Code, r.StoreyFrom, r.StoreyTo, r.Col, r.Colspan = unit, m.Code, m.StoreyFrom, m.StoreyTo, m.Col, m.Colspan
	return r
}

func levelsOf(l Layout) (above, below int16) {
	for _, s := range l.Storeys {
		if s.Ordinal < 0 {
			below++
		} else {
			above++
		}
	}
	return above, below
}
