package grid

import (
	"slices"

	"onemap/geo/grid/crossing"
)

// Redraw is the edition after regions have been put, new ones or others in
// their place, and taken away. It shares with this one all that lies elsewhere:
// drawing one grid of a large city anew takes a moment. Of a code that is put
// twice the last counts; what is dropped need not be there.
func (ix *Index) Redraw(edition int64, put []Region, drop []Code) (*Index, error) {
	next := *ix
	next.edition = edition
	var come [len(levels)]map[Code]*entry // nil goes away
	for i := range come {
		come[i] = map[Code]*entry{}
	}
	sameTops := ix.tops != nil
	for _, code := range drop {
		if order := code.Level().Order(); order >= 0 && ix.entry(code) != nil {
			come[order][code] = nil
			sameTops = sameTops && ix.hasAbove(code)
		}
	}
	for _, r := range put {
		e, err := newEntry(r)
		if err != nil {
			return nil, err
		}
		come[r.Code.Level().Order()][r.Code] = e
	}
	for i := range next.layers {
		if len(come[i]) > 0 || next.layers[i].table == nil {
			next.layers[i] = ix.layers[i].with(come[i])
		}
	}
	for _, r := range put {
		sameTops = sameTops && ix.hasAbove(r.Code) && next.hasAbove(r.Code)
	}
	if !sameTops {
		next.findTops()
	}
	return &next, nil
}

// with is the layer after regions have come, and gone where there is nil. What
// it costs beyond copying three lists depends on what came and went alone.
func (l *layer) with(come map[Code]*entry) layer {
	next := layer{byCode: slices.Clone(l.byCode), codes: l.codes, free: slices.Clone(l.free)}
	var edits []crossing.Edit
	var fresh []*entry
	gone := false
	for code, e := range come {
		at, had := l.find(code)
		switch {
		case !had:
			fresh = append(fresh, e)
			continue
		case e == nil:
			next.free = append(next.free, l.byCode[at].number)
			next.byCode[at], gone = nil, true
			continue
		}
		e.number = l.byCode[at].number
		next.byCode[at] = e
		edits = append(edits, crossing.Edit{Number: e.number, Polygon: e.polygon})
	}
	if gone {
		next.byCode = slices.DeleteFunc(next.byCode, func(e *entry) bool { return e == nil })
	}
	for _, e := range next.number(fresh) {
		next.byCode = append(next.byCode, e)
		edits = append(edits, crossing.Edit{Number: e.number, Polygon: e.polygon})
	}
	for _, number := range next.free {
		edits = append(edits, crossing.Edit{Number: number})
	}
	if len(fresh) > 0 {
		slices.SortFunc(next.byCode, byCode)
	}
	slices.SortFunc(edits, func(a, b crossing.Edit) int { return int(a.Number) - int(b.Number) })
	table := l.table
	if table == nil {
		table = crossing.New(nil)
	}
	next.table = table.With(edits)
	return next
}

// number gives regions that are new a number each, those in no use first.
func (l *layer) number(fresh []*entry) []*entry {
	if len(fresh) == 0 {
		return nil
	}
	codes := []byte(l.codes)
	for _, e := range fresh {
		digits := len(e.Code)
		if last := len(l.free) - 1; last >= 0 {
			e.number, l.free = l.free[last], l.free[:last]
		} else {
			e.number, codes = int32(len(codes)/digits), append(codes, e.Code...)
		}
		copy(codes[int(e.number)*digits:], e.Code)
	}
	l.codes = string(codes)
	return fresh
}
