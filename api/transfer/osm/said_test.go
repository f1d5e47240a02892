package osm

import (
	"math"
	"testing"
)

func TestLevelsAndMetres(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"5": 5, "3;4": 4, "2.5": 3, "2,5": 3, " 7 ": 7, "": 0, "0": 0, "-1": 0, "301": 0, "many": 0, "10 m": 0, "NaN": 0, "Inf": 0} {
		if got := levels(s); got != want {
			t.Errorf("levels(%q) = %d, want %d", s, got, want)
		}
	}
	for s, want := range map[string]float64{
		"12": 12, "12.5": 12.5, "12,5": 12.5, "10 m": 10, "10m": 10, "8 metres": 8, "12 米": 12, "10 ft": 3.048, "10'": 3.048, `5'10"`: 1.778,
		"": 0, "-3": 0, "2000": 0, "tall": 0, "NaN": 0, "+Inf": 0, "'": 0, "3'x": 0,
	} {
		if got := metres(s); math.Abs(got-want) > 1e-9 {
			t.Errorf("metres(%q) = %v, want %v", s, got, want)
		}
	}
	for s, want := range map[string]int{"120": 120, " 8": 8, "-1": 0, "about 50": 0, "99999999999": 0} {
		if got := count(s); got != want {
			t.Errorf("count(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags tags
		want string
	}{
		{tags{{"addr:street", "Mannerheimintie"}, {"addr:housenumber", "2"}, {"addr:city", "Helsinki"}}, "Mannerheimintie 2, Helsinki"},
		{tags{{"addr:street", "Mannerheimintie"}}, "Mannerheimintie"},
		{tags{{"addr:city", "Helsinki"}}, "Helsinki"},
		{tags{{"addr:street", "西土城路"}, {"addr:housenumber", "10"}, {"addr:city", "北京市"}, {"addr:district", "海淀区"}}, "北京市海淀区西土城路10号"},
		{tags{{"name", "邮局"}, {"addr:street", "西土城路"}, {"addr:housenumber", "10号院"}}, "西土城路10号院"},
		{tags{{"addr:full", "as written"}, {"addr:city", "Helsinki"}}, "as written"},
		{nil, ""},
	} {
		if got := c.tags.address(); got != c.want {
			t.Errorf("%v: %q, want %q", c.tags, got, c.want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags              tags
		facility, service string
	}{
		{tags{{"amenity", "bench;waste_basket"}}, "waste_basket", ""},
		{tags{{"amenity", "toilets"}}, "toilets", ""},
		{tags{{"amenity", "toilets"}, {"portable", "yes"}}, "mobile_toilet", ""},
		{tags{{"tourism", "information"}, {"information", "map"}}, "map_board", ""},
		{tags{{"pipeline", "substation"}, {"substance", "gas"}}, "gas_regulator", ""},
		{tags{{"pipeline", "substation"}, {"substance", "water"}}, "", ""},
		{tags{{"manhole", "drain"}}, "manhole", ""},
		{tags{{"manhole", "no"}}, "", ""},
		{tags{{"shop", "kiosk"}, {"amenity", "post_office"}}, "newsstand", "post_office"},
		{tags{{"amenity", "social_facility"}, {"social_facility", "nursing_home"}}, "", "nursing_home"},
		{tags{{"amenity", "social_facility"}, {"social_facility", "food_bank"}}, "", "social_facility"},
		{tags{{"healthcare", "doctor"}}, "", "clinic"},
		{tags{{"amenity", "restaurant"}}, "", ""},
	} {
		if f, s := kindOf(facilityRules, c.tags), kindOf(serviceRules, c.tags); f != c.facility || s != c.service {
			t.Errorf("%v: %q %q, want %q %q", c.tags, f, s, c.facility, c.service)
		}
	}
	for kind := range plateClass {
		found := false
		for _, r := range facilityRules {
			found = found || r.kind == kind
		}
		if !found {
			t.Errorf("no rule makes a %s", kind)
		}
	}
}
