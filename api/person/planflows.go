package person

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/place"
	"onemap/api/web"
	"onemap/geo/grid"
)

// MonthFlow tells planners how many moved into and out of an area in a month:
// of one community, or of several where one has too few.
type MonthFlow struct {
	Month       string   `json:"month" example:"2026-10"`
	Communities []string `json:"communities" doc:"The codes of those who are told of together."`
	In          int64    `json:"in" doc:"In steps of 10."`
	Out         int64    `json:"out" doc:"In steps of 10."`
}

const monthForm = "2006-01"

// longestPlan bounds the months that are told at once.
const longestPlan = 24

type planFlowsIn struct {
	Region string `query:"region" doc:"A region code."`
	Since  string `query:"since" doc:"A month such as 2026-01; a year before until when empty."`
	Until  string `query:"until" doc:"A month, included; the last whole month when empty, which is also the latest that is told."`
	place.By
}

type planFlowsOut struct {
	Body struct {
		Items   []MonthFlow   `json:"items"`
		Counted place.Counted `json:"counted" doc:"By the communities of the end of each month (then). For those in force (today) the same figures are added up until they are of whole communities."`
	}
}

// planFlows answers with protected counts. Whole months only, and always the
// same cells whoever asks for whichever part of them: so two answers differ by
// whole cells, each of which is of enough people. A month's cells are of the
// communities that it ended with, for ever: a redraw cuts no month anew. On today's
// grids these very figures are put together, by what is public of the borders; so
// the two ways of asking tell no more than one of them.
func (s *Service) planFlows(ctx context.Context, in *planFlowsIn) (*planFlowsOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	scope := actor.From(ctx).Planning()
	if scope.Empty() {
		return nil, fault.New(fault.Forbidden, "plan.role", "Planners' figures are for planners, leaders, supervisors, registrars and administrators.")
	}
	t := s.today()
	last := time.Date(t.Year(), t.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	var bad fault.Fields
	month := func(location, text string, otherwise time.Time) time.Time {
		if text == "" {
			return otherwise
		}
		m, err := time.Parse(monthForm, text)
		if err != nil {
			bad.Add(location, text, "a month like 2026-01")
		}
		return m
	}
	until := month("query.until", in.Until, last)
	since := month("query.since", in.Since, until.AddDate(0, -11, 0))
	switch {
	case bad.Err("person.flows") != nil:
	case until.After(last):
		bad.Add("query.until", in.Until, "a month that is over")
	case until.Before(since) || !until.Before(since.AddDate(0, longestPlan, 0)):
		bad.Add("query.since", in.Since, "at most two years up to until")
	}
	if in.Region != "" && !regionForm.MatchString(in.Region) {
		bad.Add("query.region", in.Region, "a region code of 4 to 15 digits")
	}
	err := bad.Err("person.flows")
	if err != nil {
		return nil, err
	}
	a := asked{prefixes: []string{""}, until: until.AddDate(0, 1, -1)}
	for m := since; !m.After(until); m = m.AddDate(0, 1, 0) {
		a.starts = append(a.starts, m)
	}
	out := &planFlowsOut{}
	if out.Body.Counted, err = s.counted(ctx, in.Grids, since, a.until); err != nil {
		return nil, err
	}
	list, err := s.monthFlows(ctx, a, in.Grids)
	if err != nil {
		return nil, err
	}
	out.Body.Items = slices.DeleteFunc(list, func(f MonthFlow) bool {
		return slices.ContainsFunc(f.Communities, func(code string) bool {
			return !strings.HasPrefix(code, in.Region) || !scope.Holds(code, "")
		})
	})
	return out, nil
}

// monthFlows tells of the whole city, month by month.
func (s *Service) monthFlows(ctx context.Context, a asked, grids place.Grids) ([]MonthFlow, error) {
	if err := a.onThose(ctx, s, ""); err != nil {
		return nil, err
	}
	eras := a.eras
	if eras == nil { // all months are of the last one
		var err error
		if eras, err = place.OpenEras(ctx, s.Regions, ""); err != nil {
			return nil, err
		}
	}
	moved, err := s.moves(ctx, a)
	if err != nil {
		return nil, err
	}
	out := []MonthFlow{}
	for i, start := range a.starts {
		communities, err := eras.Communities(ctx, a.of[i])
		if err != nil {
			return nil, err
		}
		of := slices.DeleteFunc(slices.Clone(moved), func(f Flow) bool { return f.Day != start.Format(time.DateOnly) })
		told := protectFlows(of, communities)
		if grids == place.Today {
			heirs, err := eras.Heirs(ctx, a.of[i])
			if err != nil {
				return nil, err
			}
			told = onHeirs(told, heirs)
		}
		out = append(out, told...)
	}
	return out, nil
}

// onHeirs adds up what is told of the communities of a month until it is of whole
// communities of today: heirs are those that have the ground of one of then; who is
// not among them is as they were.
func onHeirs(list []MonthFlow, heirs map[string][]string) []MonthFlow {
	var out []MonthFlow
	for _, f := range list {
		now := map[string]bool{}
		for _, code := range f.Communities {
			of, changed := heirs[code]
			if !changed {
				of = []string{code}
			}
			for _, heir := range of {
				now[heir] = true
			}
		}
		if len(now) == 0 { // nobody has that ground
			out = append(out, f)
			continue
		}
		out = slices.DeleteFunc(out, func(o MonthFlow) bool {
			meets := slices.ContainsFunc(o.Communities, func(code string) bool { return now[code] })
			if meets {
				f.In, f.Out = f.In+o.In, f.Out+o.Out
				for _, code := range o.Communities {
					now[code] = true
				}
			}
			return meets
		})
		f.Communities = slices.Sorted(maps.Keys(now))
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b MonthFlow) int { return strings.Compare(a.Communities[0], b.Communities[0]) })
	return out
}

// together is an area of a month in the making.
type together struct {
	codes []string
	moves moves
}

// enough says that as many came as are told of, and as many went. Nobody and few
// are alike, so that a blank tells nothing.
func (a *together) enough() bool { return a.moves.came >= fewest && a.moves.went >= fewest }

// protectFlows puts communities together, month by month, until each cell is of
// enough people (api/analysis protects figures of who lives where in the same
// way), and tells in steps of that many.
func protectFlows(list []Flow, communities []string) []MonthFlow {
	months := map[string]map[string]moves{}
	for _, f := range list {
		month := f.Day[:len(monthForm)]
		if months[month] == nil {
			months[month] = map[string]moves{}
		}
		months[month][f.Community] = months[month][f.Community].plus(moves{f.In, f.Out})
	}
	out := []MonthFlow{}
	for month, counts := range months {
		codes := slices.Clone(communities)
		for code := range counts {
			codes = append(codes, code)
		}
		slices.Sort(codes)
		var cells []*together
		for _, code := range slices.Compact(codes) {
			cells = append(cells, &together{[]string{code}, counts[code]})
		}
		for _, parent := range []grid.Level{grid.Street, grid.District, grid.City} {
			cells = joinFew(cells, parent.Digits())
		}
		// Rounding carries on from cell to cell: neighbours together are off by less than a step.
		var exact, told moves
		for _, c := range cells {
			if !c.enough() { // too few in the whole city
				continue
			}
			slices.Sort(c.codes)
			exact = exact.plus(c.moves)
			now := moves{toStep(exact.came), toStep(exact.went)}
			out = append(out, MonthFlow{month, c.codes, now.came - told.came, now.went - told.went})
			told = now
		}
	}
	slices.SortFunc(out, func(a, b MonthFlow) int {
		if a.Month != b.Month {
			return strings.Compare(a.Month, b.Month)
		}
		return strings.Compare(a.Communities[0], b.Communities[0])
	})
	return out
}

func toStep(n int64) int64 { return (n + fewest/2) / fewest * fewest }

// joinFew puts areas with too few to the next with enough under the same parent,
// in the order of codes, or all of them together when none has enough.
func joinFew(cells []*together, digits int) []*together {
	under := map[string][]*together{}
	var parents []string
	for _, c := range cells {
		parent := c.codes[0][:min(digits, len(c.codes[0]))]
		if under[parent] == nil {
			parents = append(parents, parent)
		}
		under[parent] = append(under[parent], c)
	}
	var out []*together
	for _, parent := range parents {
		siblings := under[parent]
		var strong []int
		for i, c := range siblings {
			if c.enough() {
				strong = append(strong, i)
			}
		}
		if len(strong) == 0 {
			strong = []int{0}
		}
		for i, c := range siblings {
			if slices.Contains(strong, i) {
				continue
			}
			host := siblings[slices.MinFunc(strong, func(a, b int) int { return max(a-i, i-a) - max(b-i, i-b) })]
			host.codes, host.moves = append(host.codes, c.codes...), host.moves.plus(c.moves)
		}
		for _, i := range strong {
			out = append(out, siblings[i])
		}
	}
	return out
}
