package pgserver

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childFolder makes the test binary a program that owns a server and waits to be killed.
const childFolder = "ONEMAP_TEST_PGSERVER_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		s, err := Start(context.Background(), config(dir))
		if err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		fmt.Println(s.URL())
		select {}
	}
	os.Exit(m.Run())
}

// owningChild starts another process as the owner of dir, and returns its server's URL.
func owningChild(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the child said %q (%v)", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestSurvivesItsProgramBeingKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	child, url := owningChild(t, dir)
	execute(t, url, "CREATE TABLE kept (v int); INSERT INTO kept VALUES (7)")
	if attached, ok := Attach(dir); !ok || attached != url {
		t.Errorf("Attach to another process: %q %v", attached, ok)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	s := startIn(t, config(dir)) // at once, while the orphan shuts down
	if got := value[int](t, s.URL(), "SELECT v FROM kept"); got != 7 {
		t.Errorf("kept %d", got)
	}
}

func TestServerEndsWithItsProgram(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	child, _ := owningChild(t, dir)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	for end := time.Now().Add(20 * time.Second); len(workers(dir+"/pg")) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("processes %v outlived their program", workers(dir+"/pg"))
		}
	}
	if _, ok := readPostmaster(dir + "/pg"); ok {
		t.Error("the orphan did not shut down in order: postmaster.pid is left")
	}
}
