package organisation_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/organisation"
	"onemap/api/pg"
)

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// code makes a unified social credit code that is right in form: the formula of
// GB 32100-2015 written out, C18 = 31 - sum(Ci x 3^(i-1) mod 31) mod 31.
func code(first17 string) string {
	weights := [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		sum += strings.IndexByte(alphabet, first17[i]) * w
	}
	return first17 + string(alphabet[(31-sum%31)%31])
}

func TestUnifiedSocialCreditCodes(t *testing.T) {
	t.Parallel()
	right := code("91990101MA0000000")
	for typed, want := range map[string]string{
		right: right, strings.ToLower(right): right, " " + right[:8] + " " + right[8:]: right, "": "",
		right[:17]: "refused", right + "0": "refused", right[:8] + "I" + right[9:]: "refused", right[:8] + "O" + right[9:]: "refused", right[:8] + "S" + right[9:]: "refused",
		right[:8] + "V" + right[9:]: "refused", right[:8] + "Z" + right[9:]: "refused", "9.1E+17": "refused", right[:2] + "8" + right[3:]: "refused",
	} {
		got, err := organisation.ParseCode(typed)
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q: %q (%v), want %q", typed, got, err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range 17 {
			b.WriteByte(alphabet[rapid.IntRange(0, 30).Draw(t, "c")])
		}
		right := code(b.String())
		if got, err := organisation.ParseCode(right); err != nil || got != right {
			t.Fatalf("%s: %v", right, err)
		}
		bent, at := []byte(right), rapid.IntRange(0, 17).Draw(t, "at")
		bent[at] = alphabet[rapid.IntRange(0, 30).Draw(t, "to")]
		if _, err := organisation.ParseCode(string(bent)); (err == nil) != (string(bent) == right) {
			t.Fatalf("%s for %s: %v", bent, right, err)
		}
	})
}

func merge(t *testing.T, c *apitest.City, b link.Batch, rows ...organisation.Row) (m pg.Merged) {
	t.Helper()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		found, err := c.Organisations.Find(t.Context(), tx, b.Source, rows)
		if err != nil {
			return err
		}
		rows = append([]organisation.Row{}, rows...)
		for i, f := range found {
			rows[i].ID = f.ID
		}
		m, err = c.Organisations.Import(t.Context(), tx, ix, b, rows)
		return err
	})
	return m
}

func batch(c *apitest.City, source string) link.Batch {
	return link.Batch{Source: source, NewID: apitest.NewID, Now: c.Clock.Now()}
}

func TestOrganisationsAreMergedAndMeet(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := func(dx float64) *orb.Point { return &orb.Point{apitest.InGridA[0] + dx, apitest.InGridA[1]} }
	staff := 12
	rows := []organisation.Row{
		{Ref: "1", USCC: code("91990101MA0000001"), Name: "青禾超市", Address: "解放路1号", AddressKey: "解放路1", Employees: &staff, Point: at(0)},
		{Ref: "2", Name: "小王面馆", Kind: "sole_trader", AddressKey: "解放路3", Point: at(0.0001)},
	}
	for _, want := range []pg.Merged{{Fresh: 2}, {Unchanged: 2}} {
		if m := merge(t, c, batch(c, "register"), rows...); m != want {
			t.Errorf("%+v, want %+v", m, want)
		}
	}
	found, err := c.Organisations.Find(t.Context(), c.Pool, "other", []organisation.Row{
		{Ref: "a", USCC: code("91990101MA0000001"), Name: "超市", Point: at(0.02)},
		{Ref: "b", Name: "小王面馆", AddressKey: "解放路3", Point: at(0.0002)},
		{Ref: "c", Name: "小王面馆", Point: at(0.0009)}, // 92 m
		{Ref: "d", Name: "小王面馆", Point: at(0.0015)}, // 143 m
		{Ref: "e", USCC: code("91990101MA0000002"), Name: "青禾超市", Point: at(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []link.By{link.ByCode, link.ByAddress, link.ByPlace, "", ""} {
		if found[i].By != want || (want == "") != (found[i].ID == uuid.Nil) || len(found[i].Candidates) > 0 {
			t.Errorf("row %d: %+v, want %q", i, found[i], want)
		}
	}
	b := batch(c, "other")
	b.Given = []string{"uscc", "phone"}
	if m := merge(t, c, b, organisation.Row{Ref: "a", USCC: code("91990101MA0000001"), Name: "超市", Phone: "80001234", Point: at(0.02)}); m != (pg.Merged{Changed: 1}) {
		t.Errorf("%+v", m)
	}
	by := c.As(actor.Registrar, apitest.CityCode)
	page, err := c.Organisations.List(by, organisation.Filter{Text: "超市"}, 10, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].Name != "青禾超市" || page.Items[0].Phone != "80001234" || *page.Items[0].Employees != 12 || page.Items[0].ScopeCode != apitest.GridA || page.Items[0].Lon != apitest.InGridA[0] {
		t.Errorf("%+v, %v", page, err)
	}
	for _, f := range []organisation.Filter{{Text: "qhcs"}, {Text: code("91990101MA0000001")}, {Text: "解放路1号"}, {Kind: "company"}} {
		if page, err := c.Organisations.List(by, f, 10, ""); err != nil || len(page.Items) != 1 {
			t.Errorf("%+v: %d, %v", f, len(page.Items), err)
		}
	}
	twice := []organisation.Row{{Ref: "x", USCC: code("91990101MA0000003"), Name: "甲", Point: at(0)}, {Ref: "y", USCC: code("91990101MA0000003"), Name: "乙", Point: at(0)}}
	err = pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
		_, err := c.Organisations.Import(t.Context(), tx, c.Regions.Index(), batch(c, "register"), twice)
		return err
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("one code twice: %v", err)
	}
}

func TestTheRegisterIsKeptByWhoeverKeepsThatArea(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ours, neighbour := c.As(actor.Registrar, apitest.StreetA), c.As(actor.Registrar, apitest.StreetB)
	at, away := apitest.InGridA, orb.Point{0, 0}
	row := organisation.Row{Name: "青禾超市", USCC: code("91990101MA0000001"), Point: &at}
	if _, err := c.Organisations.Create(neighbour, row); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the neighbour enters: %v", err)
	}
	if _, err := c.Organisations.Create(c.As(actor.Operator), row); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an operator enters: %v", err)
	}
	row.Ref = "a key"
	o, err := c.Organisations.Create(ours, row)
	if err != nil || o.ScopeCode != apitest.GridA || o.Rev != 1 {
		t.Fatalf("%+v, %v", o, err)
	}
	if again, err := c.Organisations.Create(ours, row); err != nil || again.ID != o.ID || again.Rev != 1 {
		t.Errorf("the same key again: %+v, %v", again, err)
	}
	if _, err := c.Organisations.Create(neighbour, organisation.Row{Ref: "a key", Name: "乙", Point: &apitest.InGridB}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the neighbour knows the key: %v", err)
	}
	row.Ref = ""
	name, there := "青禾大超市", apitest.InGridB
	for who, v := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"the neighbour changes":    {second(c.Organisations.Update(neighbour, o.ID, 1, organisation.Edit{Name: &name})), fault.NotFound},
		"an operator changes":      {second(c.Organisations.Update(c.As(actor.Operator, apitest.StreetA), o.ID, 1, organisation.Edit{Name: &name})), fault.Forbidden},
		"an old revision":          {second(c.Organisations.Update(ours, o.ID, 0, organisation.Edit{Name: &name})), fault.Stale},
		"moved to the neighbour's": {second(c.Organisations.Update(ours, o.ID, 1, organisation.Edit{Point: &there})), fault.Forbidden},
		"moved to 0,0":             {second(c.Organisations.Update(ours, o.ID, 1, organisation.Edit{Point: &away})), fault.Invalid},
		"none":                     {second(c.Organisations.Update(ours, uuid.New(), 1, organisation.Edit{})), fault.NotFound},
		"the same code again":      {second(c.Organisations.Create(ours, row)), fault.Conflict},
		"without a place":          {second(c.Organisations.Create(ours, organisation.Row{Name: "甲"})), fault.Invalid},
	} {
		if !fault.Is(v.err, v.kind) {
			t.Errorf("%s: %v", who, v.err)
		}
	}
	if o, err = c.Organisations.Update(ours, o.ID, 1, organisation.Edit{Name: &name}); err != nil || o.Name != name || o.USCC == "" || o.Rev != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}

func second(_ organisation.Organisation, err error) error { return err }
