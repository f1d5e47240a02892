package boot

import (
	"net/http"

	"onemap/api/auth"
	"onemap/tiles"
)

// tileReader says what a request may see of private tiles.
type tileReader struct{ auth *auth.Service }

func (t tileReader) Sight(r *http.Request) (tiles.Sight, error) {
	a, err := t.auth.Authenticate(r.Context(), r)
	if err != nil || !a.Staff() {
		return tiles.Sight{}, err
	}
	scope := a.Cases()
	sight := tiles.Sight{Staff: true, Prefixes: scope.Prefixes()}
	for _, d := range scope.Departments() {
		sight.Departments = append(sight.Departments, tiles.DepartmentScope{Department: d[0], Prefix: d[1]})
	}
	return sight, nil
}
