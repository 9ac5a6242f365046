//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkEndToEnd runs the command as a process of its own over a path table of
// 1,000,000 rows, in one goroutine: first, last, linear and markov on 50 channels.
//
//	go test ./cmd/cjm -run '^$' -bench EndToEnd -benchtime 3x
//
// CJM_BENCH_HEAVY=1 adds chains of order 2 and 3, also in two goroutines, and
// shapley beside linear, on 50 and on 200 channels. CJM_BENCH_ROWS=10000000 asks
// for another number of rows. Each reports the CPU seconds and the peak memory of
// the process, and the CPU seconds as a multiple of those of a scan that only
// splits the same file into lines and fields.
func BenchmarkEndToEnd(b *testing.B) {
	rows := 1_000_000
	if text := os.Getenv("CJM_BENCH_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(b, err, "CJM_BENCH_ROWS")
		rows = n
	}
	dir := b.TempDir()
	binary := filepath.Join(dir, "cjm")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	require.NoError(b, build.Run())
	tables := make(map[int]string)
	for _, job := range endToEnd {
		if job.heavy && os.Getenv("CJM_BENCH_HEAVY") == "" {
			continue
		}
		b.Run(fmt.Sprintf("%s/%d", job.name, job.channels), func(b *testing.B) {
			table := tables[job.channels]
			if table == "" {
				table = filepath.Join(dir, fmt.Sprintf("paths%d.csv", job.channels))
				tables[job.channels] = table
				// A child generates, so that this process stays small: what a
				// process peaks at begins with what its parent had.
				child(b, "generate", os.Args[0], table, strconv.Itoa(rows), strconv.Itoa(job.channels))
			}
			job.run(b, binary, table)
		})
	}
}

// benchJob is a run of cjm attribute.
type benchJob struct {
	name     string
	channels int
	heavy    bool
	args     []string
}

var endToEnd = []benchJob{
	{"default", 50, false, []string{"--parallel", "1"}},
	{"order2", 50, true, []string{"--parallel", "1", "--model", "markov", "--order", "2"}},
	{"order2", 200, true, []string{"--parallel", "1", "--model", "markov", "--order", "2"}},
	{"order3", 50, true, []string{"--parallel", "1", "--model", "markov", "--order", "3"}},
	{"order3-parallel2", 50, true, []string{"--parallel", "2", "--model", "markov", "--order", "3"}},
	{"linear", 200, true, []string{"--parallel", "1", "--model", "linear"}},
	{"shapley", 200, true, []string{"--parallel", "1", "--model", "shapley"}},
	{"order3", 200, true, []string{"--parallel", "1", "--model", "markov", "--order", "3"}},
}

func (j benchJob) run(b *testing.B, binary, table string) {
	info, err := os.Stat(table)
	require.NoError(b, err)
	b.SetBytes(info.Size())
	var work, scan, peak float64
	b.ResetTimer()
	for range b.N {
		usage := child(b, "", binary, append([]string{"attribute", "--format", "csv", table}, j.args...)...)
		work += usage.cpu
		peak = max(peak, usage.peak)
		b.StopTimer()
		scan += child(b, "scan", os.Args[0], table).cpu
		b.StartTimer()
	}
	b.ReportMetric(work/float64(b.N), "cpu-s/op")
	b.ReportMetric(scan/float64(b.N), "scan-cpu-s/op")
	b.ReportMetric(work/scan, "x-scan")
	b.ReportMetric(peak, "peak-MiB")
}

// usage is what a process used.
type usage struct{ cpu, peak float64 }

// child runs a program, or this one as another, to its end.
func child(tb testing.TB, as, name string, args ...string) usage {
	tb.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CJM_TEST_CHILD="+as)
	cmd.Stderr = os.Stderr
	require.NoError(tb, cmd.Run())
	state := cmd.ProcessState
	unit := 1024.0 // of Maxrss in bytes
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		unit = 1
	}
	peak := float64(state.SysUsage().(*syscall.Rusage).Maxrss) * unit / (1 << 20)
	return usage{(state.UserTime() + state.SystemTime()).Seconds(), peak}
}
