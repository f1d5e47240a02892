package boot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/change"
)

// The next key takes the file's place, also when an attempt before was broken
// off, and the one before is kept beside it; without that one the log goes on, too.
func TestTheAuditLogGoesOnUnderANewKey(t *testing.T) {
	t.Parallel()
	city := apitest.New(t)
	c := Config{Data: t.TempDir(), DatabaseURL: city.URL, Zone: "Asia/Shanghai", PeopleKeyFile: city.KeyFile}
	file := c.auditKey().File
	log := slog.New(slog.DiscardHandler)
	keep := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first := base64.StdEncoding.EncodeToString([]byte(apitest.AuditKey)) + "\n"
	keep(file, first)
	verified := func() audit.Report {
		t.Helper()
		w, err := Open(t.Context(), c, Commanding, log)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		r, err := w.Sealer.Verify(t.Context(), nil)
		if err != nil || !r.OK() {
			t.Errorf("%+v, %v", r, err)
		}
		return r
	}
	verified()

	// beside a server, which is known by its sequencer
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- (&change.Sequencer{Pool: city.Pool, Log: log}).Run(serving) }()
	served := func() bool {
		return errors.Is(change.Unserved(t.Context(), city.Pool, func() error { return nil }), change.ErrServed)
	}
	for !served() { // ends by itself, or by the test's own limit
	}
	if seq, _, err := NewAuditKey(t.Context(), c, "stolen", log); seq != 0 || err == nil || !strings.Contains(err.Error(), "stop every server") {
		t.Errorf("beside a server: %d, %v", seq, err)
	}
	verified()
	if text, err := os.ReadFile(file); string(text) != first || err != nil {
		t.Errorf("the key was changed beside a server: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	// beside a command that takes its time, such as an import
	command, err := Open(t.Context(), c, Commanding, log)
	if err != nil {
		t.Fatal(err)
	}
	if seq, _, err := NewAuditKey(t.Context(), c, "stolen", log); seq != 0 || err == nil || !strings.Contains(err.Error(), "wait for every command") {
		t.Errorf("beside a command: %d, %v", seq, err)
	}
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}

	keep(file+".next", "no key")
	if _, _, err := NewAuditKey(t.Context(), c, "stolen", log); err == nil {
		t.Error("it goes on under what is no key")
	}
	next := base64.StdEncoding.EncodeToString([]byte("of an attempt that was broken off")[:32]) + "\n"
	keep(file+".next", next)
	since, had, err := NewAuditKey(t.Context(), c, "stolen", log)
	if since == 0 || !had || err != nil {
		t.Fatalf("%d %t %v", since, had, err)
	}
	kept, err := filepath.Glob(file + ".until-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("the former key is kept as %v, %v", kept, err)
	}
	for name, want := range map[string]string{file: next, kept[0]: first} {
		if text, err := os.ReadFile(name); string(text) != want || err != nil {
			t.Errorf("%s holds something else, %v", name, err)
		}
	}
	report, err := json.Marshal(verified())
	if err != nil || !strings.Contains(string(report), fmt.Sprintf(`"key_since":%d`, since)) {
		t.Errorf("a report tells nothing of the change of key at %d: %s, %v", since, report, err)
	}

	keep(file, "spoilt")
	if _, _, err := NewAuditKey(t.Context(), c, "spoilt", log); err == nil {
		t.Error("a key that cannot be read is given up")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), c, Commanding, log); err == nil {
		t.Error("the program starts without the key of its log")
	}
	if seq, had, err := NewAuditKey(t.Context(), c, "lost", log); seq == 0 || had || err != nil {
		t.Fatalf("%d %t %v", seq, had, err)
	}
	verified()
}

// A command that takes its time says that it lacks a key, as a server does: the
// rotation that asked does not begin.
func TestARotationSeesACommand(t *testing.T) {
	t.Parallel()
	city := apitest.New(t)
	c := Config{Data: t.TempDir(), DatabaseURL: city.URL, Zone: "Asia/Shanghai", PeopleKeyFile: city.KeyFile}
	if err := os.WriteFile(c.auditKey().File, []byte(base64.StdEncoding.EncodeToString([]byte(apitest.AuditKey))+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), c, Commanding, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := city.Root.Exec(t.Context(), "INSERT INTO sealing (number, fingerprint, at, state) VALUES (2, sha256('of another machine'), now(), 'coming')"); err != nil {
		t.Fatal(err)
	}
	for lacking := false; !lacking; { // ends by itself, or by the test's own limit
		if err := city.Root.QueryRow(t.Context(), "SELECT lacking FROM sealing, pg_sleep(0.05) WHERE number = 2").Scan(&lacking); err != nil {
			t.Fatal(err)
		}
	}
}
