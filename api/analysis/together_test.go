package analysis

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"onemap/geo/grid"
)

// ends are where listed ages begin or end; between them, and of no known age, are
// people whom no question tells apart by their age.
var ends = []int{0, 3, 6, 12, 18, 35, 60, 65, 70, 75, 80, 85, 90, oldest}

// sorts says of each sort of people, by age, living alone and some tags, whether
// the question is about them.
func (w Who) sorts(tags []string) (list []bool) {
	for age := range ends {
		aged := age < len(ends)-1 && ends[age] >= w.AgeFrom && ends[age+1] <= w.limit()
		for bits := range 2 << len(tags) {
			tagged := w.Tag == "" || bits>>1&(1<<slices.Index(tags, w.Tag)) != 0
			list = append(list, (aged || !w.aged()) && (bits&1 != 0 || !w.Alone) && tagged)
		}
	}
	return list
}

// independent says how many of these questions are not made up of those before
// them, put together and taken off.
func independent(list []Who) int {
	prime := big.NewInt(1<<31 - 1) // what is independent modulo a prime is so at all
	type row struct {
		lead int
		at   []int64
	}
	var rows []row
	p := prime.Int64()
	for _, w := range list {
		var at []int64
		for _, in := range w.sorts(Tags) {
			n := int64(0)
			if in {
				n = 1
			}
			at = append(at, n)
		}
		for _, r := range rows {
			if f := at[r.lead]; f != 0 {
				for i := range at {
					at[i] = (at[i] + (p-f)*r.at[i]) % p
				}
			}
		}
		lead := slices.IndexFunc(at, func(n int64) bool { return n != 0 })
		if lead < 0 {
			continue
		}
		inverse := new(big.Int).ModInverse(big.NewInt(at[lead]), prime).Int64()
		for i := range at {
			at[i] = at[i] * inverse % p
		}
		rows = append(rows, row{lead, at})
	}
	return len(rows)
}

// No question is made up of others: whoever adds answers and takes them off never
// comes to one figure in two ways, each with a rounding of its own.
func TestNoQuestionIsMadeUpOfOthers(t *testing.T) {
	t.Parallel()
	all := everyWho(Tags)
	if n := independent(all); n != len(all) || n < 90 {
		t.Errorf("%d of %d questions are made up of others", len(all)-n, len(all))
	}
	if n := independent(append(all, Who{AgeFrom: 60, AgeTo: new(64)})); n != len(all) {
		t.Error("60 to 64 is 60 and older without 65 and older, which goes unnoticed")
	}
}

// known is what a reader knows of one answer: how many people of which sorts.
type known struct {
	who         Who
	of          []bool // sorts
	least, most float64
}

func (k known) String() string { return fmt.Sprintf("%s (%v to %v)", k.who.key(), k.least, k.most) }

// parts are the sorts of people apart from each other that three answers tell of:
// a bit for each answer that counts them.
func parts(of [3]known) []int {
	var list []int
	for i := range of[0].of {
		mask := 0
		for j, k := range of {
			if k.of[i] {
				mask |= 1 << j
			}
		}
		if mask != 0 && !slices.Contains(list, mask) {
			list = append(list, mask)
		}
	}
	return list
}

// corners are the corners of all that the parts can be, the answers being true:
// as many parts as answers are at the edge of what they may mean, no other people.
func corners(of [3]known, parts []int) (list [][]float64) {
	try := func(edges []int, bounds []float64, cols []int) {
		n := len(edges)
		m := make([][]float64, n)
		for i, e := range edges {
			m[i] = make([]float64, n+1)
			for j, c := range cols {
				m[i][j] = float64(parts[c] >> e & 1)
			}
			m[i][n] = bounds[i]
		}
		for i := range n {
			pivot := i
			for pivot < n && m[pivot][i] == 0 {
				pivot++
			}
			if pivot == n {
				return
			}
			m[i], m[pivot] = m[pivot], m[i]
			for r := range n {
				if f := m[r][i] / m[i][i]; r != i && f != 0 {
					for c := i; c <= n; c++ {
						m[r][c] -= f * m[i][c]
					}
				}
			}
		}
		x := make([]float64, len(parts))
		for i, c := range cols {
			if x[c] = m[i][n] / m[i][i]; x[c] < -1e-9 {
				return
			}
		}
		for e, k := range of {
			sum := 0.0
			for c, mask := range parts {
				sum += x[c] * float64(mask>>e&1)
			}
			if sum < k.least-1e-9 || sum > k.most+1e-9 {
				return
			}
		}
		list = append(list, x)
	}
	var choose func(e int, edges []int, bounds []float64, from int, cols []int)
	choose = func(e int, edges []int, bounds []float64, from int, cols []int) {
		if e < len(of) {
			choose(e+1, edges, bounds, 0, nil)
			choose(e+1, append(slices.Clone(edges), e), append(slices.Clone(bounds), of[e].least), 0, nil)
			choose(e+1, append(slices.Clone(edges), e), append(slices.Clone(bounds), of[e].most), 0, nil)
			return
		}
		if len(cols) == len(edges) {
			try(edges, bounds, cols)
			return
		}
		for c := from; c < len(parts); c++ {
			choose(e, edges, bounds, c+1, append(slices.Clone(cols), c))
		}
	}
	choose(0, nil, nil, 0, nil)
	return list
}

// isolates says of whom three answers together make it certain that there are
// some, but fewer than are told of; "" of nobody.
func isolates(of [3]known) string {
	k := float64(leastPeople)
	if of[0].who.sensitive() && of[1].who.sensitive() && of[2].who.sensitive() {
		k = leastSensitive
	}
	parts := parts(of)
	list := corners(of, parts)
	for whom := 1; whom < 1<<len(parts); whom++ {
		low, high := math.Inf(1), math.Inf(-1)
		for _, x := range list {
			sum := 0.0
			for c := range parts {
				sum += x[c] * float64(whom>>c&1)
			}
			low, high = min(low, sum), max(high, sum)
		}
		if low > 1e-9 && high < k-1e-9 {
			return fmt.Sprintf("%b of %b: %.1f to %.1f people", whom, parts, low, high)
		}
	}
	return ""
}

// Three answers about the same place make it certain of no sort of people that
// there are some, but fewer than are told of: whatever their ages, tags and living
// alone, nested or not, and where nothing is told of the whole city, too.
func TestThreeAnswersSingleNobodyOut(t *testing.T) {
	t.Parallel()
	whos := everyWho(somewhat)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 17))
		d, ix := randomTown(t, r)
		for _, root := range []string{"", "990101001", "990101002003"} {
			var all []known
			for _, w := range whos {
				if k, ok := d.knownOf(t, w, ix, root); ok {
					all = append(all, k)
				}
			}
			tried := 0
			try := func(i, j, l int) {
				tried++
				of := [3]known{all[i], all[j], all[l]}
				if whom := isolates(of); whom != "" {
					t.Fatalf("seed %d, %q: %s, %s and %s tell of %s", seed, root, of[0], of[1], of[2], whom)
				}
			}
			for i := range all {
				for j := range i {
					for l := range j {
						// all that differ by age only, and some of the others
						alike := all[i].who.Alone == all[j].who.Alone && all[j].who.Alone == all[l].who.Alone && all[i].who.Tag == all[j].who.Tag && all[j].who.Tag == all[l].who.Tag
						if alike || r.IntN(40) == 0 {
							try(i, j, l)
						}
					}
				}
			}
			if root == "" && tried < 1000 {
				t.Errorf("%d threes prove little", tried)
			}
		}
	}
	told := func(w Who, least, most float64) known { return known{w, w.sorts(somewhat), least, most} }
	if whom := isolates([3]known{told(Who{AgeFrom: 60}, 25, 34), told(Who{AgeFrom: 65}, 15, 24), told(Who{AgeFrom: 60, AgeTo: new(64)}, 0, 9)}); whom == "" {
		t.Error("who asks for a difference and for the very same people is not found out")
	}
}

// somewhat are tags enough to try all ways in which questions overlap.
var somewhat = []string{"disabled", "veteran"}

// knownOf is what the answer about the whole of a region tells; of the whole city
// also that it tells nothing.
func (d *demand) knownOf(t *testing.T, w Who, ix *grid.Index, root string) (known, bool) {
	t.Helper()
	p := protect(d, w, ix)
	a := &asking{Question: Question{Who: w, Service: "canteen", Metres: leastMetres}, protected: p, demand: d, ix: ix, roots: []string{root}}
	c := a.answer()
	k := known{w, w.sorts(somewhat), 0, float64(w.least() - 1)}
	if c.Totals.People > 0 {
		step := int(w.least())
		f := figure{who: w, told: c.Totals.People, parts: max(len(c.Grids), len(c.Cells.Features))}
		least, most := f.bounds()
		if root != "" { // what rounding carried over from places before it is in it, and it carries on after it
			least, most = max(f.told-step+1, f.parts*max(step, leastHouseholds)), f.told+step-1
		}
		k.least, k.most = float64(least), float64(most)
	}
	return k, c.Totals.People > 0 || root == ""
}

// A chain of nested questions (60, 65, 70 and older, and so on), all of them held
// against each other, makes it certain of no two of them that some, but few, are
// in the one and not in the other.
func TestAChainOfQuestionsSinglesNobodyOut(t *testing.T) {
	t.Parallel()
	told := 0
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 19))
		d, ix := randomTown(t, r)
		for _, of := range []Who{{}, {Alone: true}, {Tag: "veteran"}} {
			for _, root := range []string{"", "990101001", fmt.Sprintf("99010100%d00%d", 1+r.IntN(3), 1+r.IntN(4))} {
				var chain []known
				for _, ages := range AllAges {
					if ages.To == nil {
						w := of
						w.AgeFrom = ages.From
						if k, ok := d.knownOf(t, w, ix, root); ok {
							chain = append(chain, k)
						}
					}
				}
				k := float64(of.least())
				for i := range chain { // the wider has no fewer, the narrower no more
					for j := range chain[:i] {
						chain[i].most = min(chain[i].most, chain[j].most)
					}
				}
				for i := len(chain) - 1; i >= 0; i-- {
					for _, narrower := range chain[i+1:] {
						chain[i].least = max(chain[i].least, narrower.least)
					}
				}
				for i, wide := range chain {
					for _, narrow := range chain[i+1:] {
						told++
						if low, high := wide.least-narrow.most, wide.most-narrow.least; low > 0 && high < k {
							t.Fatalf("seed %d, %q: %s less %s is surely %v to %v people", seed, root, wide, narrow, low, high)
						}
					}
				}
			}
		}
	}
	if told < 300 {
		t.Errorf("%d pairs of chains prove little", told)
	}
}
