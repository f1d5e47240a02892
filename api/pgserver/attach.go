package pgserver

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// attachPatience is how long Attach gives an owner that is just starting its
// server: making a cluster takes seconds.
const attachPatience = 20 * time.Second

// Attach finds the database of a data folder that another process serves. It
// reports false when nobody owns the folder, and then Start may own it; it waits
// for an owner that is still starting.
func Attach(dir string) (url string, ok bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for end := time.Now().Add(attachPatience); owned(dir); time.Sleep(100 * time.Millisecond) {
		if h, err := readHome(dir); err == nil {
			if p, ok := readPostmaster(h.cluster()); ok && p.ready && p.alive(h.cluster()) {
				h.socket = p.socket
				return h.url(owner, database), true
			}
		}
		if time.Now().After(end) {
			break
		}
	}
	return "", false
}

// postmaster is what postmaster.pid tells of a running server.
type postmaster struct {
	pid    int
	socket string
	ready  bool
}

func readPostmaster(cluster string) (postmaster, bool) {
	text, err := os.ReadFile(filepath.Join(cluster, "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	// pid, data folder, start time, port, socket folder, listen address, shared memory, status
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return postmaster{}, false
	}
	p := postmaster{pid: pid}
	if len(lines) > 4 {
		p.socket = strings.TrimSpace(lines[4])
	}
	p.ready = len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
	return p, true
}

// alive tells a postmaster of this cluster from a stranger that was given the
// same number after a restart of the machine.
func (p postmaster) alive(cluster string) bool {
	return worksIn(p.pid, cluster)
}
