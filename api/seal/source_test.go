package seal

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

var now = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestTheFirstStartMakesTheKeyAndTheNextFindIt(t *testing.T) {
	t.Parallel()
	pool, file := database(t), filepath.Join(t.TempDir(), "data", "people.key")
	var group sync.WaitGroup
	prints := make([][]byte, 6)
	for i := range prints {
		group.Go(func() {
			k, err := Obtain(t.Context(), pool, Source{File: file}, now)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = k.Fingerprint()
		})
	}
	group.Wait()
	for _, p := range prints {
		if !bytes.Equal(p, prints[0]) {
			t.Error("two starts at once have two keys")
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".people*")); left != nil {
		t.Errorf("%v stayed behind", left)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if k, err := Obtain(t.Context(), pool, Source{Value: string(text)}, now); err != nil || !bytes.Equal(k.Fingerprint(), prints[0]) {
		t.Errorf("the same key from the environment: %v", err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	_ = refused(t, pool, Source{File: file}, "chmod 600")
}

func TestAWrongOrMissingKeyIsRefusedInWords(t *testing.T) {
	t.Parallel()
	pool, dir := database(t), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if _, err := Obtain(t.Context(), pool, Source{File: at("people.key")}, now); err != nil {
		t.Fatal(err)
	}
	_ = refused(t, pool, Source{File: at("away.key")}, "is missing")
	if _, err := os.Stat(at("away.key")); err == nil {
		t.Error("a second key was made")
	}
	_ = refused(t, pool, Source{Value: base64.StdEncoding.EncodeToString(make([]byte, MasterSize))}, "another key than the one in the environment")
	for name, text := range map[string]string{"empty": "", "short": "c2hvcnQ=", "not base64": strings.Repeat("?", 44)} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := refused(t, pool, Source{File: at(name)}, "key of people's data")
		if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
}

func refused(t *testing.T, pool *pgxpool.Pool, from Source, words string) error {
	t.Helper()
	_, err := Obtain(t.Context(), pool, from, now)
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Fatalf("%v, want words of %q", err, words)
	}
	return err
}
