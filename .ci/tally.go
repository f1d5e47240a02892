// Tally reads `go test -json` on its input, prints what failed, with its output,
// and what was skipped, with its reason, and ends with one line of counts:
//
//	843 passed, 0 failed, 2 skipped
//
// A package that does not build, or dies outside a test, counts as one failure.
// The exit status is 1 when anything failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// event is one line of test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Output     string
	Elapsed    float64
}

type key struct{ pkg, test string }

type tally struct {
	passed, failed, skipped int
	output                  map[key]*strings.Builder
	inTests                 map[string]int // failed tests of a package
}

func main() {
	t := tally{output: map[key]*strings.Builder{}, inTests: map[string]int{}}
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			t.take(line)
		}
		if err != nil {
			break
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 || t.passed == 0 {
		os.Exit(1)
	}
}

func (t *tally) take(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil || e.Action == "" {
		os.Stdout.Write(line) // not of test2json, such as an error of the go command
		return
	}
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Print(e.Output)
	case "output":
		if t.output[k] == nil {
			t.output[k] = &strings.Builder{}
		}
		t.output[k].WriteString(e.Output)
	case "pass", "fail", "skip":
		t.end(k, e)
		delete(t.output, k)
	}
}

func (t *tally) end(k key, e event) {
	var said string
	if b := t.output[k]; b != nil {
		said = b.String()
	}
	switch {
	case k.test == "" && e.Action == "fail":
		if t.inTests[k.pkg] == 0 {
			t.failed++
		}
		fmt.Printf("FAIL package %s (%.1f s)\n%s", k.pkg, e.Elapsed, said)
	case k.test == "":
		fmt.Printf("%s package %s (%.1f s)\n", e.Action, k.pkg, e.Elapsed)
	case e.Action == "pass":
		t.passed++
	case e.Action == "skip":
		t.skipped++
		fmt.Printf("skipped %s %s:%s\n", k.pkg, k.test, reason(said))
	default:
		t.failed++
		t.inTests[k.pkg]++
		fmt.Printf("FAIL %s %s (%.1f s)\n%s", k.pkg, k.test, e.Elapsed, said)
	}
}

// reason is a skipped test's own words without the === and --- lines.
func reason(said string) string {
	var words []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			words = append(words, line)
		}
	}
	return " " + strings.Join(words, " ")
}
