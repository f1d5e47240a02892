package standard_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/standard"
	"onemap/geo/grid"
)

func book(t *testing.T) *standard.Book {
	t.Helper()
	square := orb.MultiPolygon{orb.Bound{Min: orb.Point{113.1, 23.0}, Max: orb.Point{113.2, 23.1}}.ToPolygon()}
	var regions []grid.Region
	for code, name := range map[grid.Code]string{
		"9901": "青禾市", "990101": "青禾区", "990101001": "青禾街道", "990101001001": "一社区", "990101001001001": "第一网格", "4406": "佛山市", "440604": "禅城区",
	} {
		regions = append(regions, grid.Region{Code: code, Name: name, Geom: square})
	}
	ix, err := grid.NewIndex(1, regions)
	if err != nil {
		t.Fatal(err)
	}
	return &standard.Book{Index: func() *grid.Index { return ix }}
}

// What each code is, by which edition, and what of it is wrong, noted or read.
func TestRead(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range []struct{ code, kind, edition, wrong, noted, reads string }{
		{"44060403005000001", "component", "GB/T 47678.5-2026", "", "", "class: 市容环卫设施 垃圾箱"},
		{" 440604 03005 000001 ", "component", "GB/T 47678.5-2026", "", "", "district: 禅城区"},
		{"４４０６０４03005000001", "component", "GB/T 47678.5-2026", "", "", "serial number"},
		{"44060403999000001", "component", "GB/T 47678.5-2026", "has no class 03999", "", ""},
		{"44060406010000001", "component", "GB/T 47678.5-2026", "has no class 06010", "", ""}, // an event's
		{"44060403005000000", "component", "GB/T 47678.5-2026", "begin at 000001", "", ""},
		{"44069903005000001", "component", "GB/T 47678.5-2026", "no district 440699", "", ""},
		{"44060403O05000001", "component", "GB/T 47678.5-2026", "character 9 is no digit", "", ""},
		{"4406040305000001", "component", "GB/T 30428.2-2013", "", "", "class: 市容环境 垃圾箱"},
		{"4406042104000001", "component", "GB/T 30428.2-2013", "", "no list in use", ""},
		{"44060406010", "event", "GB/T 47678.5-2026", "", "", "class: 市容环境 暴露垃圾"},
		{"4406040110", "event", "GB/T 30428.2-2013", "", "", "GB/T 30428.2-2013: 市容环境 暴露垃圾; CJ/T 214-2007: 市容环境 道路破损"},
		{"990101001001001", "grid", "GB/T 47678.3", "", "this city's map has this grid", "community or village: 一社区"},
		{"990101001001777", "grid", "GB/T 47678.3", "", "", "serial number"},
		{"990101001002001", "grid", "GB/T 47678.3", "no community or village 990101001002", "", ""},
		{"990101002001001", "grid", "GB/T 47678.3", "no street or town 990101002", "", ""},
		{"990101000001001", "grid", "GB/T 47678.3", "begins at 001", "", ""},
		{"990101001001000", "grid", "GB/T 47678.3", "begin at 001", "", ""},
		{"990101001001 01", "grid", "CJ/T 213-2005", "", "former standard", ""},
		{"440604010001", "division", "GB/T 10114", "", "440604010 is not on this city's map", ""},
		{"440604000000", "division", "GB/T 10114", "", "", "the code ends above"},
		{"440600000000", "division", "GB/T 10114", "", "", "city: 佛山市"},
		{"130000000000", "division", "GB/T 10114", "", "", "city or province: 河北省"},
		{"449900000000", "division", "GB/T 10114", "no city 4499", "", ""},
		{"640604010001", "division", "GB/T 10114", "no city 6406", "", ""},
		{"980604010001", "division", "GB/T 10114", "no province begins with 98", "", ""},
		{"810001010001", "division", "GB/T 10114", "", "Hong Kong", ""},
		{"91350100M000100Y43", "organisation", "GB 32100-2015", "", "", "registered by: market regulation"},
		{"91350100m000100y43", "organisation", "GB 32100-2015", "", "", "registered in: 福州市"},
		{"91350100M000100Y44", "organisation", "GB 32100-2015", "check character", "", ""},
		{"91350100M000100YI3", "organisation", "GB 32100-2015", "character 17 cannot be", "", ""},
		{"区区区区区区区区区区区区区区区区区区", "organisation", "GB 32100-2015", "character 1 cannot be", "", ""},
		{"", "unknown", "", "0 characters long", "", ""},
		{"1234567890123", "unknown", "", "13 characters long", "", ""},
	} {
		r := b.Read(c.code)
		wrong, notes, parts := english(r.Wrong), english(r.Notes), ""
		for _, p := range r.Parts {
			parts += p.En + "\n"
			if p.Zh == "" || p.En == "" || p.Digits == "" {
				t.Errorf("%s: part %+v", c.code, p)
			}
		}
		if r.Kind != c.kind || r.Edition != c.edition || r.Valid != (c.wrong == "") ||
			(c.wrong == "") != (wrong == "") || !strings.Contains(wrong, c.wrong) || !strings.Contains(notes, c.noted) || !strings.Contains(parts, c.reads) {
			t.Errorf("%q: %+v", c.code, r)
		}
	}
}

func english(list []standard.Words) string {
	var all []string
	for _, w := range list {
		all = append(all, w.En)
	}
	return strings.Join(all, "\n")
}

// Other editions' codes of the same thing stand beside it, in either direction.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	b := book(t)
	for code, want := range map[string]string{
		"44060401042000001": "CJ/T 214-2007 component 0123 邮筒",
		"4406040123000001":  "GB/T 47678.5-2026 component 01042 邮筒",
		"44060406010":       "GB/T 30428.2-2013 event 0110 暴露垃圾",
		"4406040409":        "GB/T 47678.5-2026 event 09009 机动车乱停放",
	} {
		var list []string
		for _, c := range b.Read(code).Elsewhere {
			list = append(list, strings.Join([]string{c.Edition, c.Kind, c.Code, c.Name}, " "))
		}
		if !strings.Contains(strings.Join(list, "\n"), want) {
			t.Errorf("%s: %q, want %s", code, list, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	ix, err := grid.NewIndex(0, nil)
	if err != nil {
		f.Fatal(err)
	}
	b := &standard.Book{Index: func() *grid.Index { return ix }}
	for _, code := range []string{"", "44060403005000001", "91350100M000100Y43", "ｘ", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "990101001001001"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if r := b.Read(code); r.Valid != (len(r.Wrong) == 0) || r.Valid && (len(r.Parts) == 0 || r.Edition == "") {
			t.Errorf("%q: %+v", code, r)
		}
	})
}
