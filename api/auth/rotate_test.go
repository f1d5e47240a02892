package auth_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/fault"
	"onemap/api/seal"
)

// Who has an app and recovery codes goes on signing in by both after the keys of
// people's data were changed twice by another process, as people keys rotate does,
// beside the server that they sign in at: also on with a step that began before.
func TestSecondStepsOutliveARotation(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	secret, recovery := withApp(t, c, "operator")
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Keys.Follow(serving, func(err error) { t.Error(err) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	sealed := func() (kept []byte) {
		t.Helper()
		if err := c.Pool.QueryRow(t.Context(), "SELECT totp_sealed FROM account WHERE login = 'operator'").Scan(&kept); err != nil {
			t.Fatal(err)
		}
		return kept
	}
	second := func(half auth.Entered, code string) error {
		t.Helper()
		whole, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, code)
		if err == nil && (whole.Next != "" || !seen(t, c, whole.Token).Has(actor.Operator)) {
			t.Errorf("%+v opens nothing", whole)
		}
		return err
	}
	for round := range 2 {
		began, before := enter(t, c, "operator"), sealed()
		keys, err := seal.Obtain(t.Context(), c.Vault, seal.Source{File: c.KeyFile, Lease: apitest.Lease}, c.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		command, err := auth.New(auth.Config{Pool: c.Pool, Now: c.Clock.Now, NewID: apitest.NewID, Keys: keys, Hashing: apitest.Hashing})
		if err != nil {
			t.Fatal(err)
		}
		var told strings.Builder
		err = seal.Rotation{Keys: keys, Keepers: []seal.Keeper{command}, Now: c.Clock.Now, Tell: func(words string) { told.WriteString(words) }}.Rotate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if now := sealed(); bytes.Equal(now[:5], before[:5]) || !strings.Contains(told.String(), fmt.Sprintf("Key %d ", round+2)) {
			t.Fatalf("the app's secret is sealed as before: %s", told.String())
		}
		c.Clock.Advance(30 * time.Second)
		if err := second(began, appCode(t, c, secret)); err != nil {
			t.Errorf("rotation %d: by the app, a step that began before: %v", round+1, err)
		}
		c.Clock.Advance(30 * time.Second)
		if err := second(enter(t, c, "operator"), appCode(t, c, secret)); err != nil {
			t.Errorf("rotation %d: by the app: %v", round+1, err)
		}
		if err := second(enter(t, c, "operator"), recovery[round]); err != nil {
			t.Errorf("rotation %d: by a recovery code: %v", round+1, err)
		}
		if err := second(enter(t, c, "operator"), recovery[round]); !fault.Is(err, fault.Forbidden) {
			t.Errorf("rotation %d: a recovery code was taken twice: %v", round+1, err)
		}
	}
	// The key that recovery codes are hashed with is kept as long as they are.
	left, err := c.Auth.Naming(t.Context(), 1)
	if err != nil || len(left) != 1 || left[0].Rows != 8 {
		t.Errorf("%+v name the first key, %v", left, err)
	}
}
