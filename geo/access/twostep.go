package access

import "github.com/paulmach/orb"

// Supply is a service: where it is, and what it can give (meals a day, beds,
// places: one unit in one question). Capacity 0 gives nothing but is reached.
type Supply struct {
	At       orb.Point
	Capacity float64
}

// Shares is what the two steps gave.
type Shares struct {
	Reached []bool    // by place: some service is in reach
	Places  []float64 // by place: capacity for each person there (the sum of the ratios in reach)
	People  []float64 // by service: the demand in its reach
	Ratio   []float64 // by service: capacity for each person in its reach; 0 where nobody is
}

// TwoStep is the two-step floating catchment area with a weight of 1 inside
// the reach (Luo and Wang 2003). Step one shares each service's capacity among
// the demand in reach, R = S / sum of P; step two gives every place the sum of
// the R in its reach. So the sum of P times Places is the sum of the
// capacities that anybody reaches. A service without demand in reach has no
// ratio; a place without service has 0, which is an answer and not a gap.
func TwoStep(field *Field, people []float64, services []Supply, metres float64) Shares {
	s := Shares{
		Reached: make([]bool, len(people)), Places: make([]float64, len(people)),
		People: make([]float64, len(services)), Ratio: make([]float64, len(services)),
	}
	var reach []int32
	for j, service := range services {
		reach = field.Reach(reach[:0], service.At, metres)
		for _, i := range reach {
			s.Reached[i] = true
			s.People[j] += people[i]
		}
		if s.People[j] == 0 {
			continue
		}
		s.Ratio[j] = service.Capacity / s.People[j]
		for _, i := range reach {
			s.Places[i] += s.Ratio[j]
		}
	}
	return s
}
