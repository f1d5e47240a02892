package crosswalk

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/geo/grid"
)

// Kind is whose grids a net is made of.
type Kind string

// The kinds.
const (
	Police        Kind = "police"
	Fire          Kind = "fire"
	CivilAffairs  Kind = "civil_affairs"
	PartyBuilding Kind = "party_building"
	Other         Kind = "other"
)

// Kinds lists them.
var Kinds = []Kind{Police, Fire, CivilAffairs, PartyBuilding, Other}

// titles are what a net is called that nobody gave a name.
var titles = map[Kind][2]string{
	Police: {"公安警务网格", "Police grids"}, Fire: {"消防网格", "Fire safety grids"}, CivilAffairs: {"民政网格", "Civil affairs grids"},
	PartyBuilding: {"党建网格", "Party building grids"}, Other: {"专业网格", "Other department's grids"},
}

// Net is the grids of one department over a place.
type Net struct {
	ID         uuid.UUID  `json:"id"`
	Scope      string     `json:"scope" doc:"The place it covers, a region code."`
	Name       string     `json:"name" doc:"Tells it from others of the place: small letters, digits and hyphens."`
	Kind       Kind       `json:"kind" enum:"police,fire,civil_affairs,party_building,other"`
	Title      string     `json:"title"`
	TitleEn    string     `json:"title_en"`
	Rev        int64      `json:"rev"`
	FileName   string     `json:"file_name" doc:"What its cells came from; empty before that."`
	ImportedBy string     `json:"imported_by"`
	ImportedAt *time.Time `json:"imported_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	Cells      int        `json:"cells"`
}

// Cell is a grid of another department.
type Cell struct {
	Code string
	Name string
	Geom orb.MultiPolygon // WGS84, lon before lat
}

// longestCode bounds the code of a cell, in characters.
const longestCode = 60

// CheckCode says what is wrong with the code of a cell, or nothing.
func CheckCode(code string) string {
	switch {
	case code == "":
		return "is empty"
	case len([]rune(code)) > longestCode:
		return "is longer than 60 characters"
	case strings.ContainsFunc(code, func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' || r == '\\' }):
		return "holds a slash or a control character"
	}
	return ""
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check lists what is wrong with a net, and fills its titles.
func (n *Net) check(ix *grid.Index) error {
	var f fault.Fields
	if !namePattern.MatchString(n.Name) {
		f.Add("body.name", n.Name, "small letters, digits and hyphens, at most 40")
	}
	if !slices.Contains(Kinds, n.Kind) {
		f.Add("body.kind", n.Kind, "one of police, fire, civil_affairs, party_building, other")
	}
	if _, known := ix.Ref(grid.Code(n.Scope)); !known || grid.Code(n.Scope).Level() == grid.Grid {
		f.Add("body.scope", n.Scope, "is no place that has grids under it")
	}
	n.Title, n.TitleEn = strings.TrimSpace(n.Title), strings.TrimSpace(n.TitleEn)
	for i, t := range []*string{&n.Title, &n.TitleEn} {
		if *t == "" {
			*t = titles[n.Kind][i]
		}
		if len([]rune(*t)) > 100 {
			f.Add([]string{"body.title", "body.title_en"}[i], nil, "at most 100 characters")
		}
	}
	return f.Err("net.invalid")
}
