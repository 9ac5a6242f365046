package dropoff

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLikeGA4(t *testing.T) {
	for _, tt := range []struct {
		name   string
		trace  string
		second Step // of A, B and C
		third  Step
		window time.Duration // of steps
		open   bool
		depth  int
		hits   []float64
	}{
		{name: "gaps allowed", trace: "A1 X2 B3 X4 C5", depth: 3, hits: []float64{1, 3, 5}},
		{name: "closed", trace: "B1 C2 A3", depth: 1, hits: []float64{3}},
		{name: "never entered", trace: "B1 C2", depth: 0, hits: []float64{}},
		{name: "directly", trace: "A1 B2 X3 C4", third: Step{Directly: true}, depth: 2, hits: []float64{1, 2}},
		{name: "directly, at last", trace: "A1 B2 X3 B4 C5", third: Step{Directly: true}, depth: 3, hits: []float64{1, 4, 5}},
		{name: "directly after an older way", trace: "A1 B2 A3 C4", third: Step{Directly: true}, depth: 2, hits: []float64{1, 2}},
		{name: "a step after gaps", trace: "A1 X2 B3 C4", third: Step{Directly: true}, depth: 3, hits: []float64{1, 3, 4}},
		{name: "the end is within", trace: "A0 B5", second: Step{Within: 5 * time.Second}, depth: 2, hits: []float64{0, 5}},
		{name: "less than a microsecond past it", trace: "A0 B5.000000999", second: Step{Within: 5 * time.Second}, depth: 2, hits: []float64{0, 5.000000999}},
		{name: "a microsecond past it", trace: "A0 B5.000001", second: Step{Within: 5 * time.Second}, depth: 1, hits: []float64{0}},
		{name: "both are cut off", trace: "A0.0000006 B5.0000012", second: Step{Within: 5 * time.Second}, depth: 1, hits: []float64{0.0000006}},
		{name: "of the latest touch", trace: "A1 A8 B10", second: Step{Within: 5 * time.Second}, depth: 2, hits: []float64{8, 10}},
		{name: "step window", trace: "A1 B2 B9 C10", window: 5 * time.Second, depth: 2, hits: []float64{1, 2}},
		{name: "its own before it", trace: "A1 B2 B9 C10", window: 5 * time.Second, third: Step{Within: 8 * time.Second}, depth: 3, hits: []float64{1, 2, 10}},
		{name: "no window of the whole", trace: "A1 B1000 C100000", depth: 3, hits: []float64{1, 1000, 100000}},
		{name: "one touch, one step", trace: "ABC1 ABC2", depth: 2, hits: []float64{1, 2}},
		{name: "ties in the order of the path", trace: "B1 A1 C1", depth: 1, hits: []float64{1}},
		{name: "open", trace: "B1 C2", open: true, depth: 3, hits: []float64{1, 2}},
		{name: "open, a step left out", trace: "A1 C2", open: true, depth: 3, hits: []float64{2}},
		{name: "open, too late to go on", trace: "B1 C9", window: time.Second, open: true, depth: 3, hits: []float64{9}},
		{name: "open, entered as early as can be", trace: "A1 B2 X3 B4 C5", second: Step{Directly: true}, open: true, depth: 3, hits: []float64{1, 2, 5}},
		{name: "open, and then as late as can be", trace: "A1 A2 B3 B4 C5", open: true, depth: 3, hits: []float64{2, 4, 5}},
		{name: "open, nobody", trace: "X1", open: true, depth: 0, hits: []float64{}},
		{name: "open, from the first", trace: "B1 A2 B3 X4", open: true, depth: 2, hits: []float64{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := likeScan(t, tt.trace, "ABC", "", time.Second)
			f := &Funnel{Steps: []Step{{}, tt.second, tt.third}, StepWindow: tt.window, Open: tt.open}
			r := likeReplay(LikeGA4, f, s)
			assert.Equal(t, tt.depth, r.depth)
			assert.Equal(t, tt.hits, likeTimes(s, r, time.Second))
			assert.False(t, r.out)
		})
	}
}

// likeShift makes step entry+1 the first.
func likeShift(steps []uint64, entry int) []uint64 {
	var shifted []uint64
	for _, m := range steps {
		shifted = append(shifted, m>>entry)
	}
	return shifted
}

// likeGA4Follows tells whether touch i may follow the chain, which begins at level
// entry.
func likeGA4Follows(s *scan, f *Funnel, entry int, chain []int, i int) bool {
	last, step := chain[len(chain)-1], f.Steps[entry+len(chain)]
	within := step.Within
	if within == 0 {
		within = f.StepWindow
	}
	gap := s.at[i]/time.Microsecond - s.at[last]/time.Microsecond
	return i > last && (!step.Directly || i == last+1) && (within == 0 || gap <= within/time.Microsecond)
}

// TestLikeGA4Brute compares with brute force over all chains.
func TestLikeGA4Brute(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	depths := map[int]int{}
	for range 8000 {
		o := likeShape{touches: 9, steps: 1 + random.IntN(4), gap: 4, ties: true, several: random.IntN(2) == 0}
		s := likeRandom(random, o)
		for i := range s.at {
			s.at[i] += time.Duration(random.IntN(1000)) // below a microsecond: the order by it is not kept
		}
		f := likeFunnel(o.steps, 0)
		f.StepWindow = time.Duration(random.IntN(6)) * time.Hour
		for k := 1; k < o.steps; k++ {
			f.Steps[k].Directly = random.IntN(3) == 0
			f.Steps[k].Within = time.Duration(random.IntN(2)*random.IntN(6)) * time.Hour
		}
		want := likeBrute(s, o.steps, func(chain []int, i int) bool { return likeGA4Follows(s, f, 0, chain, i) })
		require.Equal(t, want, likeReplay(LikeGA4, f, s).depth, "%v", s)
		depths[want]++

		f.Open = true
		r := likeReplay(LikeGA4, f, s)
		depth := 0
		for _, m := range s.steps {
			depth = max(depth, bits.Len64(m))
		}
		require.Equal(t, depth, r.depth)
		if depth == 0 {
			continue
		}
		end := slices.IndexFunc(s.steps, func(m uint64) bool { return m>>(depth-1)&1 != 0 })
		require.Equal(t, end, r.hits[len(r.hits)-1])
		for entry := range depth {
			// The earliest step from which some chain ends there.
			found := likeBrute(&scan{at: s.at[:end+1], steps: likeShift(s.steps[:end+1], entry)}, depth-entry,
				func(chain []int, i int) bool { return likeGA4Follows(s, f, entry, chain, i) })
			if found == depth-entry {
				require.Len(t, r.hits, found, "%v", s)
				break
			}
		}
	}
	assert.Len(t, depths, 5, "every depth occurs: %v", depths)
}
