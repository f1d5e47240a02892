package osm

// A rule says that an object with key=value is of a kind. value "" takes any
// value but no. More conditions are asked by and.
type rule struct {
	key, value, kind string
	and              func(tags) bool
}

// kindOf gives the kind of the first rule that holds, "" when none does.
func kindOf(rules []rule, t tags) string {
	for _, r := range rules {
		given := t.get(r.key)
		if given == "" || given == "no" {
			continue
		}
		for _, v := range values(given) {
			if (r.value == "" || r.value == v) && (r.and == nil || r.and(t)) {
				return r.kind
			}
		}
	}
	return ""
}

func is(key string, wanted ...string) func(tags) bool {
	return func(t tags) bool {
		given := t.get(key)
		for _, w := range wanted {
			if given == w {
				return true
			}
		}
		return false
	}
}

// facilityRules are asked in this order; an object is one facility at most. A
// platform without highway=bus_stop is left out: where there is a pole it is
// the same stop.
var facilityRules = []rule{
	{key: "highway", value: "bus_stop", kind: "bus_stop"},
	{key: "amenity", value: "shelter", kind: "bus_shelter", and: is("shelter_type", "public_transport")},
	{key: "amenity", value: "waste_basket", kind: "waste_basket"},
	{key: "amenity", value: "recycling", kind: "recycling"},
	{key: "amenity", value: "waste_disposal", kind: "waste_disposal"},
	{key: "information", value: "guidepost", kind: "guidepost"},
	{key: "information", value: "map", kind: "map_board"},
	{key: "information", value: "board", kind: "info_board"},
	{key: "amenity", value: "post_box", kind: "post_box"},
	{key: "amenity", value: "parcel_locker", kind: "parcel_locker"},
	{key: "vending", value: "parcel_pickup", kind: "parcel_locker"},
	{key: "amenity", value: "telephone", kind: "telephone"},
	{key: "amenity", value: "bench", kind: "bench"},
	{key: "amenity", value: "toilets", kind: "mobile_toilet", and: is("portable", "yes")},
	{key: "amenity", value: "toilets", kind: "toilets"},
	{key: "amenity", value: "bicycle_parking", kind: "bicycle_parking"},
	{key: "amenity", value: "bicycle_rental", kind: "bicycle_rental"},
	{key: "man_made", value: "street_cabinet", kind: "street_cabinet"},
	{key: "power", value: "transformer", kind: "transformer"},
	{key: "pipeline", value: "substation", kind: "gas_regulator", and: is("substance", "", "gas", "natural_gas")},
	{key: "amenity", value: "drinking_water", kind: "drinking_water"},
	{key: "amenity", value: "fountain", kind: "fountain"},
	{key: "emergency", value: "fire_hydrant", kind: "hydrant"},
	{key: "leisure", value: "playground", kind: "playground"},
	{key: "highway", value: "street_lamp", kind: "street_lamp"},
	{key: "highway", value: "traffic_signals", kind: "traffic_signals"},
	{key: "barrier", value: "bollard", kind: "bollard"},
	{key: "man_made", value: "manhole", kind: "manhole"},
	{key: "manhole", kind: "manhole"},
	{key: "natural", value: "tree", kind: "tree"},
	{key: "shop", value: "newsagent", kind: "newsstand"},
	{key: "shop", value: "kiosk", kind: "newsstand"},
}

// plateClass gives the class of QR plate a kind of facility belongs to.
var plateClass = map[string]string{
	"waste_basket": "waste_bin", "recycling": "waste_bin", "waste_disposal": "waste_bin",
	"guidepost": "guide_sign", "map_board": "guide_sign", "info_board": "guide_sign",
	"bus_stop": "bus_stop", "bus_shelter": "bus_stop",
	"post_box": "postal", "newsstand": "postal", "parcel_locker": "postal",
	"telephone":     "phone_booth",
	"bench":         "seat",
	"mobile_toilet": "mobile_toilet",

	"bicycle_parking": "cycle_parking", "bicycle_rental": "cycle_parking",
	"street_cabinet": "cabinet", "transformer": "cabinet", "gas_regulator": "cabinet",
}

// serviceRules are asked in this order; an object is one service at most.
var serviceRules = []rule{
	{key: "amenity", value: "hospital", kind: "hospital"},
	{key: "amenity", value: "clinic", kind: "clinic"},
	{key: "amenity", value: "doctors", kind: "clinic"},
	{key: "amenity", value: "pharmacy", kind: "pharmacy"},
	{key: "amenity", value: "school", kind: "school"},
	{key: "amenity", value: "kindergarten", kind: "kindergarten"},
	{key: "amenity", value: "childcare", kind: "kindergarten"},
	{key: "amenity", value: "college", kind: "college"},
	{key: "amenity", value: "university", kind: "college"},
	{key: "amenity", value: "canteen", kind: "canteen"},
	{key: "amenity", value: "nursing_home", kind: "nursing_home"},
	{key: "social_facility", value: "nursing_home", kind: "nursing_home"},
	{key: "social_facility", value: "assisted_living", kind: "nursing_home"},
	{key: "amenity", value: "community_centre", kind: "community_centre"},
	{key: "amenity", value: "library", kind: "library"},
	{key: "amenity", value: "police", kind: "police"},
	{key: "amenity", value: "fire_station", kind: "fire_station"},
	{key: "amenity", value: "post_office", kind: "post_office"},
	{key: "amenity", value: "bank", kind: "bank"},
	{key: "amenity", value: "townhall", kind: "townhall"},
	{key: "amenity", value: "marketplace", kind: "marketplace"},
	{key: "amenity", value: "social_facility", kind: "social_facility"},
	{key: "healthcare", value: "hospital", kind: "hospital"},
	{key: "healthcare", value: "clinic", kind: "clinic"},
	{key: "healthcare", value: "centre", kind: "clinic"},
	{key: "healthcare", value: "doctor", kind: "clinic"},
	{key: "healthcare", value: "pharmacy", kind: "pharmacy"},
}

// building tells whether the tags make an outline a building, and what for.
func (t tags) building() (use string, ok bool) {
	use = t.get("building")
	if use == "" || use == "no" {
		return "", false
	}
	if use != "yes" {
		return use, true
	}
	switch {
	case t.get("building:use") != "":
		return t.get("building:use"), true
	case t.get("amenity") != "":
		return t.get("amenity"), true
	case t.yes("shop"):
		return "retail", true
	case t.yes("office"):
		return "office", true
	default:
		return t.get("tourism"), true
	}
}

// facility and service give the feature without its point.
func (t tags) facility(ref string) (Facility, bool) {
	kind := kindOf(facilityRules, t)
	if kind == "" {
		return Facility{}, false
	}
	class := plateClass[kind]
	if class == "" {
		class = "other"
	}
	return Facility{
		Ref: ref, Kind: kind, Class: class,
		Name: t.get("name"), NameEn: t.get("name:en"),
		Place: t.get("addr:street"), Owner: t.get("operator"),
	}, true
}

func (t tags) service(ref string) (Service, bool) {
	kind := kindOf(serviceRules, t)
	if kind == "" {
		return Service{}, false
	}
	return Service{
		Ref: ref, Kind: kind,
		Name: t.get("name"), NameEn: t.get("name:en"),
		Address: t.address(), Hours: t.get("opening_hours"),
		Capacity: count(first(t.get("capacity"), t.get("beds"), t.get("capacity:persons"))),
	}, true
}
