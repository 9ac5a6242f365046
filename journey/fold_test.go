package journey_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func textInput(name, text string) journey.Input {
	return journey.Input{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func newCounts() *journey.Counts { return new(journey.Counts) }

func foldText(t *testing.T, opts journey.FoldOptions, texts ...string) (*journey.Counts, *journey.FoldReport, error) {
	t.Helper()
	var inputs []journey.Input
	for i, text := range texts {
		inputs = append(inputs, textInput(fmt.Sprint("shard ", i), text))
	}
	return journey.Fold(context.Background(), journey.PathTable{}, inputs, opts, newCounts)
}

// bigTable is large enough for several blocks; every k-th row is bad where k > 0.
func bigTable(rows, k int) string {
	rng := rand.New(rand.NewPCG(7, 8))
	var b strings.Builder
	b.WriteString("path,conversions,value,nulls\n")
	for i := range rows {
		if k > 0 && i%k == k-1 {
			b.WriteString("a,-1,0,0\n")
			continue
		}
		fmt.Fprintf(&b, "c%d > c%d,1,%.2f,%d\n", rng.IntN(40), rng.IntN(40), rng.Float64()*100, rng.IntN(3))
	}
	return b.String()
}

func TestFoldParallelism(t *testing.T) {
	table := bigTable(100_000, 0)
	want, _, err := foldText(t, journey.FoldOptions{Parallelism: 1}, table)
	require.NoError(t, err)
	wantBytes, err := want.MarshalBinary()
	require.NoError(t, err)

	lines := strings.SplitAfter(strings.TrimSuffix(table, "\n"), "\n")
	var builders [7]strings.Builder
	for i := range builders {
		builders[i].WriteString(lines[0])
	}
	for i, line := range lines[1:] {
		builders[i*i%7].WriteString(strings.TrimSuffix(line, "\n") + "\n")
	}
	var shards []string
	for i := range builders {
		shards = append(shards, builders[i].String())
	}
	for _, n := range []int{0, 1, 2, 5} {
		for _, inputs := range [][]string{{table}, shards} {
			got, report, err := foldText(t, journey.FoldOptions{Parallelism: n}, inputs...)
			require.NoError(t, err)
			gotBytes, err := got.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, wantBytes, gotBytes, "%d goroutines, %d shards", n, len(inputs))
			assert.Equal(t, int64(100_000), report.Rows)
			assert.Zero(t, report.Skipped)
		}
	}
}

func TestFoldBadRows(t *testing.T) {
	table := bigTable(100_000, 1000)
	for _, n := range []int{1, 2, 4} {
		_, _, err := foldText(t, journey.FoldOptions{Parallelism: n}, bigTable(50_000, 0), table)
		var bad *touchpoint.RowError
		require.ErrorAs(t, err, &bad, "the first bad row, however many goroutines")
		assert.Equal(t, 1001, bad.Line)
		assert.Equal(t, "shard 1", bad.Source)

		counts, report, err := foldText(t, journey.FoldOptions{Parallelism: n, BadRows: journey.SkipBadRows}, bigTable(50_000, 0), table)
		require.NoError(t, err)
		assert.NotZero(t, counts.Len())
		assert.Equal(t, int64(150_000), report.Rows)
		assert.Equal(t, int64(100), report.Skipped)
		require.Len(t, report.First, 10)
		for i, bad := range report.First {
			assert.Equal(t, 1000*(i+1)+1, bad.Line)
			assert.Equal(t, "shard 1", bad.Source)
		}
	}
}

func TestFoldTransforms(t *testing.T) {
	counts, _, err := foldText(t, journey.FoldOptions{Transforms: journey.Transforms{journey.Exposure()}}, "path,conversions\na>a>b,1\na>b>b,2\n")
	require.NoError(t, err)
	assert.Equal(t, []leanRow{{"a|b", 3, 0, 0, 0}}, leanRows(counts))

	_, _, err = foldText(t, journey.FoldOptions{Transforms: journey.Transforms{journey.Trim(0)}})
	assert.ErrorIs(t, err, journey.ErrTransform)
}

func TestFoldFailures(t *testing.T) {
	gone := errors.New("no such file")
	missing := journey.Input{Name: "gone.csv", Open: func() (io.ReadCloser, error) { return nil, gone }}
	broken := journey.Input{Name: "broken.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(bigTable(30_000, 0)), errReader{gone})), nil
	}}
	for _, n := range []int{1, 3} {
		opts := journey.FoldOptions{Parallelism: n}
		for name, inputs := range map[string][]journey.Input{
			"cannot be opened":     {missing},
			"cannot be read on":    {textInput("x", "path,conversions\na,1\n"), broken},
			"the second is absent": {textInput("x", "path,conversions\na,1\n"), missing},
		} {
			_, _, err := journey.Fold(context.Background(), journey.PathTable{}, inputs, opts, newCounts)
			assert.ErrorIs(t, err, gone, name)
		}
		_, _, err := journey.Fold(context.Background(), journey.PathTable{}, []journey.Input{textInput("empty.csv", "")}, opts, newCounts)
		assert.ErrorIs(t, err, touchpoint.ErrMissing)
		assert.ErrorContains(t, err, "empty.csv")

		_, _, err = foldText(t, opts, "path,conversions\na,9223372036854775807\nb,1\n")
		assert.ErrorIs(t, err, journey.ErrOverflow)
		assert.ErrorContains(t, err, "shard 0:3")

		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, _, err = journey.Fold(ctx, journey.PathTable{}, []journey.Input{textInput("x", bigTable(10, 0))}, opts, newCounts)
		assert.ErrorIs(t, err, context.Canceled)

		_, _, err = journey.Fold(context.Background(), journey.PathTable{Comma: '"'}, nil, opts, newCounts)
		assert.ErrorIs(t, err, journey.ErrTable)
	}
}

// TestFoldMergeOverflow: shards that are fine by themselves may not be together.
func TestFoldMergeOverflow(t *testing.T) {
	half := fmt.Sprintf("path,conversions\na,%d\n", int64(1)<<62)
	_, _, err := foldText(t, journey.FoldOptions{Parallelism: 1}, half, half, half)
	assert.ErrorIs(t, err, journey.ErrOverflow)
	_, _, err = foldText(t, journey.FoldOptions{Parallelism: 3}, half, half, half)
	assert.ErrorIs(t, err, journey.ErrOverflow)
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestFoldLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		_, _, err := foldText(t, journey.FoldOptions{Parallelism: 4}, bigTable(20_000, 3))
		require.Error(t, err)
	}
	// A goroutine that has signalled its end may take a moment to be gone.
	for i := 0; runtime.NumGoroutine() > before && i < 1000; i++ {
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func BenchmarkFold(b *testing.B) {
	table := bigTable(200_000, 0)
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprint("goroutines=", n), func(b *testing.B) {
			b.SetBytes(int64(len(table)))
			b.ReportAllocs()
			for b.Loop() {
				_, _, err := journey.Fold(context.Background(), journey.PathTable{}, []journey.Input{textInput("x", table)},
					journey.FoldOptions{Parallelism: n}, newCounts)
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
