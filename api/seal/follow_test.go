package seal_test

import (
	"context"
	"encoding/base64"
	"os"
	"sync"
	"testing"
	"time"

	"onemap/api/apitest"
	"onemap/api/seal"
)

// A key that lies in the file before it is announced is never said to be lacking,
// at whatever moment of their asking others hear of it.
func TestNobodyLacksAnAnnouncedKeyThatIsInTheFile(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var others []*seal.Keys
	for range 6 {
		keys, err := seal.Obtain(t.Context(), c.Vault, seal.Source{File: c.KeyFile, Lease: 3 * time.Millisecond}, c.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, keys)
	}
	master := make([]byte, seal.MasterSize)
	master[0] = 77
	next, err := seal.New(master)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.KeyFile, append(text, base64.StdEncoding.EncodeToString(master)+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, keys := range others {
		group.Go(func() { _ = keys.Follow(ctx, func(err error) { t.Error(err) }) })
	}
	for range 60 {
		if _, err := c.Root.Exec(t.Context(), "INSERT INTO sealing (number, fingerprint, at, state) VALUES (2, $1, now(), 'coming')", next.Fingerprint()); err != nil {
			t.Fatal(err)
		}
		var lacking bool
		if err := c.Root.QueryRow(t.Context(), "SELECT lacking FROM sealing, pg_sleep(0.01) WHERE number = 2").Scan(&lacking); err != nil || lacking {
			t.Errorf("lacking: %v, %v", lacking, err)
		}
		if err := c.Root.QueryRow(t.Context(), "DELETE FROM sealing WHERE number = 2 RETURNING lacking").Scan(&lacking); err != nil || lacking {
			t.Errorf("lacking: %v, %v", lacking, err)
		}
	}
	stop()
	group.Wait()
}
