package pg

import "testing"

func TestAtLeast(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"3.3.2": true, "3.3": true, "3.10.0": true, "4.0.0": true, "3.4.0dev": true,
		"3.2.9": false, "2.5.0": false, "": false, "3": false, "x.y": false,
	} {
		if got := atLeast(version, 3, 3); got != want {
			t.Errorf("%q is at least 3.3: %v", version, got)
		}
	}
}
