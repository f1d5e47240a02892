package live

import (
	"iter"
	"slices"
)

// tally counts objects by group, in pages that are copied once a batch. The
// writer has the index; snapshots share the pages.
type tally struct {
	pages []*page
	index map[Group]int32 // where a group is counted
	free  []int32         // where nothing is
	batch uint64
}

// page is some groups and how many objects each has; none with 0.
type page struct {
	batch  uint64
	groups [pageSize]Group
	counts [pageSize]int
}

const pageSize = 64

// begin lets a new batch change pages without touching those of snapshots.
func (t *tally) begin(batch uint64) {
	t.batch = batch
	t.pages = slices.Clone(t.pages)
}

// add counts by more, or fewer, objects of a group.
func (t *tally) add(g Group, by int) {
	at, ok := t.index[g]
	if !ok {
		at = t.unused()
		t.index[g] = at
		t.own(at).groups[at%pageSize] = g
	}
	p := t.own(at)
	p.counts[at%pageSize] += by
	if p.counts[at%pageSize] == 0 {
		p.groups[at%pageSize] = Group{}
		delete(t.index, g)
		t.free = append(t.free, at)
	}
}

func (t *tally) unused() int32 {
	if len(t.free) == 0 {
		first := int32(len(t.pages)) * pageSize
		t.pages = append(t.pages, &page{batch: t.batch})
		for at := first + pageSize - 1; at >= first; at-- {
			t.free = append(t.free, at)
		}
	}
	at := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	return at
}

func (t *tally) own(at int32) *page {
	p := &t.pages[at/pageSize]
	if (*p).batch != t.batch {
		mine := **p
		mine.batch = t.batch
		*p = &mine
	}
	return *p
}

func counted(pages []*page) iter.Seq2[Group, int] {
	return func(yield func(Group, int) bool) {
		for _, p := range pages {
			for i, n := range &p.counts {
				if n != 0 && !yield(p.groups[i], n) {
					return
				}
			}
		}
	}
}
