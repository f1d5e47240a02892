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

// with is the layer after regions have come, and gone where there is nil.
func (l *layer) with(come map[Code]*entry) layer {
	next := layer{codes: slices.Clone(l.codes)}
	var edits []crossing.Edit
	var free []int32
	for _, e := range l.byCode {
		now, touched := come[e.Code]
		switch {
		case !touched:
			next.byCode = append(next.byCode, e)
		case now == nil:
			free = append(free, e.number)
		default:
			now.number = e.number
			next.byCode = append(next.byCode, now)
			edits = append(edits, crossing.Edit{Number: e.number, Polygon: now.polygon})
		}
	}
	for n, code := range l.codes {
		if code == "" {
			free = append(free, int32(n))
		}
	}
	for code, e := range come {
		if e == nil {
			continue
		}
		if _, had := l.find(code); had {
			continue
		}
		if len(free) > 0 {
			e.number, free = free[len(free)-1], free[:len(free)-1]
		} else {
			e.number, next.codes = int32(len(next.codes)), append(next.codes, "")
		}
		next.codes[e.number] = code
		next.byCode = append(next.byCode, e)
		edits = append(edits, crossing.Edit{Number: e.number, Polygon: e.polygon})
	}
	for _, n := range free {
		next.codes[n] = ""
		edits = append(edits, crossing.Edit{Number: n})
	}
	slices.SortFunc(next.byCode, byCode)
	slices.SortFunc(edits, func(a, b crossing.Edit) int { return int(a.Number) - int(b.Number) })
	table := l.table
	if table == nil {
		table = crossing.New(nil)
	}
	next.table = table.With(edits)
	return next
}
