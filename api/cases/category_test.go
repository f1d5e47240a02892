package cases_test

import (
	"os"
	"path/filepath"
	"testing"

	"onemap/api/cases"
)

func TestTheCodeTableIsWhole(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	seen := map[string]bool{}
	for _, c := range cases.StandardCodes() {
		count[c.Kind]++
		if seen[c.Kind+c.Code] || len(c.Code) != 5 || c.Name == "" || c.Edition != cases.Edition || c.MajorCode != c.Code[:2] {
			t.Errorf("%+v", c)
		}
		seen[c.Kind+c.Code] = true
	}
	if count["component"] != 153 || count["event"] != 250 {
		t.Errorf("%v, want 153 components and 250 events", count)
	}
	for _, c := range cases.Offered() {
		if c.Name == "" || c.NameEn == "" || c.Kind == "" {
			t.Errorf("%s is offered without a name in the standard: %+v", c.Code, c)
		}
	}
}

func TestTheCodeTableIsTheSharedOne(t *testing.T) {
	t.Parallel()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	shared, err := os.ReadFile(filepath.Join(root, "data", "codes", "gbt47678-5.csv"))
	if err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	own, err := os.ReadFile("codes/gbt47678-5.csv")
	if err != nil || string(own) != string(shared) {
		t.Errorf("the table in the program is not the shared one (%v)", err)
	}
}
