package region_test

import (
	"testing"

	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/geo/grid"
)

// Who draws on an edition that is no longer in force draws nothing.
func TestARedrawOfAnOldEditionIsRefused(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	was := c.Regions.Index().Edition()
	city, _ := c.Regions.Index().Region(apitest.CityCode)
	again := func(name string, from int64) error {
		r := city
		r.Name = name
		_, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", From: from, Regions: []grid.Region{r}})
		return err
	}
	if err := again("first", was); err != nil {
		t.Fatal(err)
	}
	if err := again("second", was); !fault.Is(err, fault.Conflict) {
		t.Errorf("the second redraw of edition %d: %v", was, err)
	}
	if name, _ := c.Regions.Name(apitest.CityCode); name != "first" || c.Regions.Index().Edition() != was+1 {
		t.Errorf("edition %d names the city %q", c.Regions.Index().Edition(), name)
	}
}
