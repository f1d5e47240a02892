package apitest_test

import (
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/cases"
	"onemap/geo/crs"
)

func TestTheCityStands(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	for point, want := range map[crs.WGS84]string{
		crs.FromPoint(apitest.InGridA): apitest.GridA,
		crs.FromPoint(apitest.InGridB): apitest.GridB,
		crs.FromPoint(apitest.Outside): apitest.CityCode,
	} {
		if got := c.Regions.Index().Locate(point); string(got.Scope) != want {
			t.Errorf("%v lies in %+v, want %s", point, got, want)
		}
	}
	receipt := c.Report(t, apitest.InGridA)
	if _, err := c.Cases.ByID(c.As(actor.Operator, apitest.StreetA), receipt.ID); err != nil {
		t.Errorf("the operator of the street: %v", err)
	}
	if _, err := c.Cases.ByID(c.As(actor.Operator, apitest.StreetB), receipt.ID); err == nil {
		t.Error("the neighbour's operator sees the case")
	}
	if err := c.Cases.Step(c.As(actor.Operator), receipt.ID, cases.Do{Action: cases.DoFile, Rev: 1}); err != nil {
		t.Error(err)
	}
	if _, err := c.Auth.SignIn(t.Context(), auth.Try{Login: "supervisor", Password: apitest.Password}); err != nil {
		t.Error(err)
	}
	if f := c.Facility(t, "bench", apitest.InGridB); f.ScopeCode != apitest.GridB {
		t.Errorf("the bench stands in %q", f.ScopeCode)
	}
}
