package pgserver

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const mebi = 1 << 20

// machine is what the settings are tuned to, in bytes.
type machine struct {
	memory       int64
	sharedMemory int64 // what /dev/shm holds; containers often give 64 MB
	cores        int
}

func (s *Server) machine() machine {
	m := machine{memory: memory(), cores: runtime.NumCPU()}
	if share := s.cfg.MemoryShare; share > 0 && share < 1 {
		m.memory = int64(float64(m.memory) * share)
	}
	var st unix.Statfs_t
	if unix.Statfs("/dev/shm", &st) == nil {
		m.sharedMemory = int64(st.Blocks) * st.Bsize
	}
	return m
}

// memory is the machine's, or the control group's limit when that is less.
func memory() int64 {
	total := int64(2048 * mebi)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemTotal:" {
				if kb, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					total = kb << 10
				}
			}
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(path); err == nil {
			if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit < total {
				total = limit
			}
		}
	}
	return total
}

// settings is the text of onemap.conf. The rules of thumb are those of the
// PostgreSQL manual, chapters 20.4 and 20.7; the planner's costs are for solid-state disks.
func settings(m machine, socket string, noFsync bool) string {
	const maxConnections = 100
	buffers := between(128*mebi, m.memory/4, 4096*mebi)
	work := between(4*mebi, (m.memory-buffers)/(maxConnections*3), 32*mebi)
	lines := []string{
		"# Written at every start, tuned to this machine. Put your own settings into " + localFile + ", which wins.",
		"listen_addresses = ''",
		"port = 5432",
		"unix_socket_directories = '" + socket + "'",
		"unix_socket_permissions = 0700",
		fmt.Sprintf("max_connections = %d", maxConnections),
		"shared_buffers = " + megabytes(buffers),
		"effective_cache_size = " + megabytes(m.memory/2),
		"work_mem = " + megabytes(work),
		"maintenance_work_mem = " + megabytes(between(64*mebi, m.memory/16, 1024*mebi)),
		fmt.Sprintf("max_worker_processes = %d", max(8, m.cores)),
		fmt.Sprintf("max_parallel_workers = %d", m.cores),
		fmt.Sprintf("max_parallel_maintenance_workers = %d", between(1, int64(m.cores/2), 4)),
		"random_page_cost = 1.1",
		"effective_io_concurrency = 200",
		"jit = off # costs more than it gives on queries of milliseconds",
		// Nobody streams from this server, so a table that a load has just emptied is
		// written once, and not to the log as well; a crash loses nothing of it.
		"wal_level = minimal",
		"max_wal_senders = 0",
		"wal_compression = on",
		"min_wal_size = 256MB",
		"max_wal_size = " + megabytes(between(1024*mebi, m.memory/4, 8192*mebi)),
		"checkpoint_timeout = 15min",
		"timezone = 'UTC'",
		"log_timezone = 'UTC'",
		// A week of logs beside the data, without statements, parameters or key values: they may name people.
		"logging_collector = on",
		"log_directory = 'log'",
		"log_filename = '%a.log'",
		"log_truncate_on_rotation = on",
		"log_rotation_age = 1d",
		"log_rotation_size = 0",
		"log_line_prefix = '%m [%p] '",
		"log_min_error_statement = panic",
		"log_error_verbosity = terse",
		"log_parameter_max_length = 0",
	}
	if m.sharedMemory < 512*mebi {
		lines = append(lines, "dynamic_shared_memory_type = mmap # /dev/shm is small here")
	}
	if noFsync {
		lines = append(lines, "fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum_naptime = 10min")
	}
	return strings.Join(lines, "\n") + "\n"
}

func between(low, value, high int64) int64 { return min(max(low, value), high) }

func megabytes(bytes int64) string { return strconv.FormatInt(bytes/mebi, 10) + "MB" }
