package journey

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// builderCrowd makes n touchpoints of n/4 customers in random order.
func builderCrowd(n int) []touchpoint.Touchpoint {
	rng := rand.New(rand.NewPCG(3, 4))
	all := make([]touchpoint.Touchpoint, n)
	for i := range all {
		all[i] = touchpoint.Touchpoint{
			ID:         uuid.UUID{0: byte(i >> 24), 1: byte(i >> 16), 2: byte(i >> 8), 3: byte(i), 15: 1},
			Customer:   fmt.Sprintf("customer-%06d", rng.IntN(n/4+1)),
			Time:       builderHour(rng.Float64() * 1000),
			Channel:    builderPick[touchpoint.Channel](rng, "email", "search", "store", "social", "display"),
			Conversion: rng.IntN(10) == 0,
		}
		if all[i].Conversion {
			all[i].Value, all[i].Currency = float64(rng.IntN(10000))/100, "EUR"
		}
	}
	return all
}

func spillRequireNoFiles(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// spillRequireNoGoroutines waits for goroutines that are on their way out.
func spillRequireNoGoroutines(t *testing.T, before int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestSpillEqualsMemory(t *testing.T) {
	in := builderCrowd(3000)
	want, wantReport := builderBuild(t, Builder{}, in...)
	require.Zero(t, wantReport.Spilled)
	exact, report := builderBuild(t, Builder{MaxBuffered: len(in), SpillDir: "/nonexistent"}, in...)
	require.Equal(t, want, exact)
	require.Zero(t, report.Spilled, "what just fits stays in memory")

	dir, goroutines := t.TempDir(), runtime.NumGoroutine()
	// 2 gives 1500 runs: two levels of merging.
	for _, limit := range []int{2, 100, 2999} {
		got, report := builderBuild(t, Builder{MaxBuffered: limit, SpillDir: dir}, in...)
		require.Equal(t, want, got, "MaxBuffered %d", limit)
		require.EqualValues(t, len(in), report.Spilled)
		require.Greater(t, report.SpilledBytes, int64(50*len(in)))
		report.Spilled, report.SpilledBytes = 0, 0
		require.Equal(t, wantReport, report)
		spillRequireNoFiles(t, dir)
	}
	spillRequireNoGoroutines(t, goroutines)
}

// Every field survives the way over the disk, and odd names keep apart.
func TestSpillIsLossless(t *testing.T) {
	emotion, err := touchpoint.NewEmotion(-0.1)
	require.NoError(t, err)
	consent, err := touchpoint.NewConsent(map[string]bool{"ads": true, "a;b=\\{": false})
	require.NoError(t, err)
	var in []touchpoint.Touchpoint
	for i, name := range []string{"ann", " ann", "ann ", "\"ann\"", "a\nn", "ann\x00", "<ann>", "\u2028", "null", "1", "дар", "\ufeffann", "\ufffd"} {
		touch := touchpoint.Touchpoint{
			ID: uuid.UUID{1, 2, 3}, Customer: name, Time: time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC).Add(time.Duration(i)),
			Received: time.Date(2025, 1, 1, 0, 0, 0, 1, time.UTC), Seq: -1 << 62, Channel: touchpoint.Channel(name), Setting: touchpoint.Offline,
			Kind: touchpoint.Kind(name), Stage: "decision",
			Campaign:   touchpoint.Campaign{Source: "s", Medium: " m", Name: "n>", Content: "c", Term: "t", Code: "0"},
			Conversion: i%2 == 0, Value: 0.1 + float64(i), Currency: "EUR", Cost: 1e-300, Emotion: emotion, Consent: consent,
			Properties: map[string]string{"customer": "x", "a.b": "", "z": "[1]", "n": "1e400", name: name},
		}
		in = append(in, touch, touchpoint.Touchpoint{Customer: name, Time: builderHour(float64(-i))})
	}
	for _, b := range []Builder{{}, {Split: OnePerCustomer}} {
		want, _ := builderBuild(t, b, in...)
		b.MaxBuffered, b.SpillDir = 3, t.TempDir()
		got, report := builderBuild(t, b, in...)
		require.Equal(t, want, got)
		require.EqualValues(t, len(in), report.Spilled)
	}
}

func TestSpillGiantCustomer(t *testing.T) {
	var in []touchpoint.Touchpoint
	for i := range 500 {
		in = append(in, builderTouch("giant", float64(i*37%500), "x"))
	}
	paths, _ := builderBuild(t, Builder{MaxBuffered: 10, SpillDir: t.TempDir()}, in...)
	require.Len(t, paths, 1)
	require.Len(t, paths[0].Touchpoints, 500)
}

func TestSpillLeavesNothing(t *testing.T) {
	in := builderCrowd(500)
	dir, goroutines := t.TempDir(), runtime.NumGoroutine()
	b := Builder{MaxBuffered: 10, SpillDir: dir}

	for range b.Build(context.Background(), builderSeq(in...), nil) { // break
		break
	}
	spillRequireNoFiles(t, dir)

	broken := func(yield func(touchpoint.Touchpoint, error) bool) { // an error after spilling
		builderSeq(in...)(yield)
		yield(touchpoint.Touchpoint{}, os.ErrDeadlineExceeded)
	}
	_, report, errs := builderCollect(b, broken)
	require.Equal(t, []error{os.ErrDeadlineExceeded}, errs)
	require.Greater(t, report.Spilled, int64(400))
	spillRequireNoFiles(t, dir)

	ctx, cancel := context.WithCancel(context.Background()) // cancelled between reading and merging
	cancelling := func(yield func(touchpoint.Touchpoint, error) bool) {
		builderSeq(in...)(yield)
		cancel()
	}
	var last error
	for _, err := range b.Build(ctx, cancelling, nil) {
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
	spillRequireNoFiles(t, dir)

	require.Panics(t, func() { // a consumer that panics
		for range b.Build(context.Background(), builderSeq(in...), nil) {
			panic("consumer")
		}
	})
	spillRequireNoFiles(t, dir)
	spillRequireNoGoroutines(t, goroutines)
}

func TestSpillErrors(t *testing.T) {
	in := builderCrowd(100)
	missing := filepath.Join(t.TempDir(), "missing")
	paths, _, errs := builderCollect(Builder{MaxBuffered: 10, SpillDir: missing}, builderSeq(in...))
	require.Empty(t, paths)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], os.ErrNotExist)
	require.ErrorContains(t, errs[0], "journey: spill to disk: ")

	paths, _, errs = builderCollect(Builder{MaxBuffered: 10, NoSpill: true, SpillDir: missing}, builderSeq(in...))
	require.Empty(t, paths)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], ErrTooLarge)
	for _, remedy := range []string{"sort the input by customer", "grouped", "MaxBuffered", "10"} {
		require.ErrorContains(t, errs[0], remedy)
	}
}

// A disk that refuses to take or to give back what it has is a clear error.
func TestSpillDiskFails(t *testing.T) {
	ctx, name := context.Background(), filepath.Join(t.TempDir(), "run")
	require.NoError(t, os.WriteFile(name, []byte("{\"customer\":\"4711\"\n"), 0o600))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()

	touch := builderTouch("4711", 0, "x")
	_, bytes, err := writeLines(ctx, file, func(yield func(*touchpoint.Touchpoint, error) bool) { yield(&touch, nil) })
	require.ErrorContains(t, err, "write", "the file is open for reading only")
	require.Positive(t, bytes)

	var report Report
	s := spill{report: &report, levels: [][]*spillRun{{{file: file, unlinked: true}}}}
	var last error
	for _, err := range s.merged(ctx) {
		last = err
	}
	require.ErrorContains(t, last, "journey: read back from disk: ")
	require.False(t, strings.Contains(last.Error(), "4711"), last)

	require.NoError(t, s.close())
	s.levels = [][]*spillRun{{{file: file, unlinked: true}}}
	require.ErrorContains(t, s.close(), "journey: remove temporary files: ", "closed already")
	for _, err := range s.merged(ctx) {
		require.ErrorIs(t, err, os.ErrClosed)
	}
}

// Where an open file cannot lose its name, it is removed when it is closed.
func TestSpillRemovesNamedFiles(t *testing.T) {
	dir := t.TempDir()
	file, err := os.CreateTemp(dir, "")
	require.NoError(t, err)
	s := spill{levels: [][]*spillRun{nil, {{file: file}}}}
	require.NoError(t, s.close())
	spillRequireNoFiles(t, dir)
}

// A full level becomes one run of the next, and the files of its runs are closed.
func TestSpillLevels(t *testing.T) {
	ctx, report := context.Background(), Report{}
	s := spill{dir: t.TempDir(), report: &report}
	var first *spillRun
	for i := range spillFanIn {
		touch := builderTouch(fmt.Sprint(i%7), float64(i), "x")
		require.NoError(t, s.write(ctx, func(yield func(*touchpoint.Touchpoint, error) bool) { yield(&touch, nil) }))
		if i == 0 {
			first = s.levels[0][0]
		}
	}
	require.Len(t, s.levels, 2)
	require.Empty(t, s.levels[0])
	require.Len(t, s.levels[1], 1)
	_, err := first.file.Stat()
	require.ErrorIs(t, err, os.ErrClosed)
	require.EqualValues(t, spillFanIn, report.Spilled)
	require.NoError(t, s.close())
}

func TestSpillStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	touch, report := builderTouch("ann", 0, "x"), Report{}
	forever := func(yield func(*touchpoint.Touchpoint, error) bool) {
		for range 3 * builderCheckEvery {
			if !yield(&touch, nil) {
				return
			}
		}
	}
	s := spill{dir: t.TempDir(), report: &report}
	require.NoError(t, s.write(ctx, forever))
	cancel()
	require.ErrorIs(t, s.write(ctx, forever), context.Canceled)
	read, last := 0, error(nil)
	for _, err := range s.merged(ctx) {
		read, last = read+1, err
	}
	require.ErrorIs(t, last, context.Canceled)
	require.LessOrEqual(t, read, builderCheckEvery+1)
	require.NoError(t, s.close())
}
