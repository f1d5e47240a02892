package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "onemap-program")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "onemap")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%v\n", out, err)
		return 1
	}
	return m.Run()
}

// patience is how long anything outside this process may take.
const patience = 4 * time.Minute // a slow machine loads the demo town in one

// environment is this process's without what would tell the program anything.
func environment() (env []string) {
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "ONEMAP_") {
			env = append(env, e)
		}
	}
	return env
}

// command runs the program to its end.
func command(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Stdin = environment(), strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// does runs a command that must do all it is told.
func does(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, err := command(t, "", args...)
	if err != nil {
		t.Fatalf("onemap %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	return out
}

// server is a running program.
type server struct {
	t     *testing.T
	dir   string
	url   string
	cmd   *exec.Cmd
	ended chan error

	mu       sync.Mutex
	out, err bytes.Buffer
}

// serve starts the program on a data folder and waits until it says where it listens.
func serve(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	s := &server{t: t, dir: dir, ended: make(chan error, 1)}
	s.cmd = exec.Command(binary, append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Env = environment()
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = writer{s, &s.err}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // already gone in most tests
		for range s.ended {
			continue
		}
	})
	listening := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			fmt.Fprintln(writer{s, &s.out}, lines.Text())
			if rest, ok := strings.CutPrefix(lines.Text(), "onemap: listening on "); ok {
				listening <- strings.Fields(rest)[0]
			}
			if strings.Contains(lines.Text(), "Ctrl-C stops it.") {
				close(listening)
			}
		}
		err := s.cmd.Wait()
		s.ended <- err
		close(s.ended)
	}()
	select {
	case s.url = <-listening:
		<-listening // the whole block
	case err := <-s.ended:
		t.Fatalf("serve ended: %v\n%s", err, s.said(&s.err))
	case <-time.After(3 * patience): // the demo town on a busy machine
		t.Fatalf("serve does not listen\n%s%s", s.said(&s.out), s.said(&s.err))
	}
	return s
}

// writer writes into a buffer that others read meanwhile.
type writer struct {
	s *server
	b *bytes.Buffer
}

func (w writer) Write(p []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.b.Write(p)
}

func (s *server) said(b *bytes.Buffer) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return b.String()
}

// end sends a signal and waits for the program's end.
func (s *server) end(signal syscall.Signal) error {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		return err
	case <-time.After(patience):
		s.t.Fatalf("the program does not end\n%s", s.said(&s.err))
		return nil
	}
}

// postmaster is the process of the private database, or 0.
func (s *server) postmaster() int {
	text, err := os.ReadFile(filepath.Join(s.dir, "pg", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// alive says whether a process runs; one that has ended and that nobody has
// asked about yet does not.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// until polls what another process does.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// problem is an error as the program answers it.
type problem struct {
	Status       int
	Code, Detail string
}

// ask sends a request and reads the JSON answer into v; it gives the problem of
// one that failed.
func ask(method, url string, header map[string]string, body string, v any) (*problem, http.Header, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, answer.Header, err
	}
	if answer.StatusCode >= 400 {
		var p problem
		if answer.Header.Get("Content-Type") != "application/problem+json" {
			return nil, answer.Header, fmt.Errorf("status %d is no problem: %s", answer.StatusCode, text)
		}
		return &p, answer.Header, json.Unmarshal(text, &p)
	}
	if v != nil {
		return nil, answer.Header, json.Unmarshal(text, v)
	}
	return nil, answer.Header, nil
}

// get asks for something that must be answered; a 503 says to try again.
func (s *server) get(path string, header map[string]string, v any) {
	s.t.Helper()
	until(s.t, path+" is answered", func() bool {
		p, _, err := ask(http.MethodGet, s.url+path, header, "", v)
		if err != nil || p != nil && p.Status != http.StatusServiceUnavailable {
			s.t.Fatalf("%s: %+v, %v", path, p, err)
		}
		return p == nil
	})
}

type receipt struct{ ID, Number, Receipt string }

// report sends a report once.
func (s *server) report(key, body string) (r receipt, p *problem, err error) {
	p, _, err = ask(http.MethodPost, s.url+"/api/v1/reports", map[string]string{"Idempotency-Key": key}, body, &r)
	return r, p, err
}

const rubbish = `{"category":"06010","lon":114.305,"lat":24.405,"text":"垃圾"}`

// reported sends a report that must be taken, if need be after the pause that
// too many reports from one address bring.
func (s *server) reported() (r receipt) {
	s.t.Helper()
	key := uuid.NewString()
	until(s.t, "the report is taken", func() bool {
		var p *problem
		var err error
		r, p, err = s.report(key, rubbish)
		if err != nil || p != nil && p.Status != http.StatusTooManyRequests {
			s.t.Fatalf("report: %+v, %v", p, err)
		}
		return p == nil
	})
	return r
}

// key makes a key of a role everywhere.
func key(t *testing.T, role string, where ...string) map[string]string {
	t.Helper()
	out := does(t, append([]string{"key", "add", "--expires", time.Now().AddDate(0, 6, 0).Format(time.DateOnly), "--role", role, "--scope", ""}, where...)...)
	return map[string]string{"Authorization": "Bearer " + strings.TrimSpace(out)}
}

// regions is a file with a small city down to one community, away from the demo town.
func regions(t *testing.T) string {
	t.Helper()
	const square = `{"type":"Polygon","coordinates":[[[114.30,24.40],[114.31,24.40],[114.31,24.41],[114.30,24.41],[114.30,24.40]]]}`
	var features []string
	for _, code := range []string{"8801", "880101", "880101001", "880101001001"} {
		features = append(features, `{"type":"Feature","properties":{"code":"`+code+`","name":"`+code+`"},"geometry":`+square+`}`)
	}
	path := filepath.Join(t.TempDir(), "regions.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
