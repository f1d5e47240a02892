package transfer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onemap/api/apitest"
)

// shared finds a file of the shared sample data, which lies beside the
// repository (or where ONEMAP_SHARED says), and skips the test without it.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(root, "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	return path
}

// file writes a file of a test's own.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// state counts and hashes everything that an import may write.
func state(t testing.TB, c *apitest.City) string {
	t.Helper()
	var parts []string
	for _, table := range []string{"region", "building", "facility", "service", "basemap", "region_edition", "change_inbox"} {
		var s string
		if err := c.Pool.QueryRow(t.Context(), "SELECT count(*) || ' ' || COALESCE(md5(string_agg(x::text, ',' ORDER BY x::text)), '') FROM "+table+" x").Scan(&s); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, table+" "+s)
	}
	return strings.Join(parts, "\n")
}

// copied is a shared file in a folder of the test, since refused rows are written beside a file.
func copied(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return file(t, filepath.Base(name), string(data))
}
