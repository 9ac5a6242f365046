package dropoff

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// likeAll are all tools.
var likeAll = []Like{
	LikeClickHouse, LikeClickHouseStrictOrder, LikeClickHouseStrictDeduplication,
	LikeClickHouseStrictIncrease, LikeClickHouseStrictOnce, LikePostHog, LikePostHogStrict,
	LikePostHogAnyOrder, LikeMixpanel, LikeMixpanelReentry, LikeRetentioneering, LikeGA4,
}

// likeScan reads a trace: touches such as AB12, at 12 units of time, which matches
// the steps called A and B, and the exclusions.
func likeScan(t testing.TB, trace, steps, out string, unit time.Duration) *scan {
	t.Helper()
	s := &scan{}
	for touch := range strings.FieldsSeq(trace) {
		letters := strings.TrimRight(touch, "0123456789.")
		at, err := strconv.ParseFloat(touch[len(letters):], 64)
		require.NoError(t, err)
		var m, x uint64
		for _, letter := range letters {
			for k, step := range steps {
				if step == letter {
					m |= 1 << k
				}
			}
			if j := strings.IndexRune(out, letter); j >= 0 {
				x |= 1 << j
			}
		}
		s.at = append(s.at, time.Duration(at*float64(unit)))
		s.steps = append(s.steps, m)
		s.out = append(s.out, x)
	}
	return s
}

func likeFunnel(steps int, window time.Duration, exclusions ...Exclusion) *Funnel {
	return &Funnel{Steps: make([]Step, steps), Window: window, Exclusions: exclusions}
}

func likeReplay(l Like, f *Funnel, s *scan) *replayed {
	var r replayed
	l.replay(f, s, &r)
	return &r
}

// likeTimes returns the times of the hits in units.
func likeTimes(s *scan, r *replayed, unit time.Duration) []float64 {
	times := []float64{}
	for _, i := range r.hits {
		times = append(times, float64(s.at[i])/float64(unit))
	}
	return times
}

// likeShape says what random traces look like.
type likeShape struct {
	touches, steps int
	gap            int  // up to so many hours between touches
	ties           bool // touches may share their time
	several        bool // a touch may match several steps
}

func likeRandom(r *rand.Rand, o likeShape) *scan {
	s := &scan{}
	var at time.Duration
	for range r.IntN(o.touches + 1) {
		gap := 1 + r.IntN(o.gap)
		if o.ties && r.IntN(2) == 0 {
			gap = 0
		}
		at += time.Duration(gap) * time.Hour
		m := uint64(1) << r.IntN(o.steps+1)
		if o.several {
			m |= r.Uint64() & r.Uint64()
		}
		s.at = append(s.at, at)
		s.steps = append(s.steps, m&(1<<o.steps-1))
		s.out = append(s.out, 0)
	}
	return s
}

// likeBrute returns the greatest depth of all chains of different touches. follows
// tells whether touch i may follow the chain.
func likeBrute(s *scan, n int, follows func(chain []int, i int) bool) int {
	depth := 0
	var walk func(chain []int)
	walk = func(chain []int) {
		depth = max(depth, len(chain))
		if len(chain) == n {
			return
		}
		for i := range s.at {
			if s.steps[i]>>len(chain)&1 == 0 || slices.Contains(chain, i) {
				continue
			}
			if len(chain) == 0 || follows(chain, i) {
				walk(append(chain[:len(chain):len(chain)], i))
			}
		}
	}
	walk(nil)
	return depth
}

// The rules by which touches follow one another in the brute force.

func likeInOrder(s *scan, w time.Duration) func([]int, int) bool {
	return func(chain []int, i int) bool {
		return i > chain[len(chain)-1] && s.at[i]-s.at[chain[0]] <= w
	}
}

func likeTiesInAnyOrder(s *scan, w time.Duration) func([]int, int) bool {
	return func(chain []int, i int) bool {
		return s.at[i] >= s.at[chain[len(chain)-1]] && s.at[i]-s.at[chain[0]] <= w
	}
}

func likeTiesApart(s *scan, w time.Duration) func([]int, int) bool {
	return func(chain []int, i int) bool {
		return s.at[i] > s.at[chain[len(chain)-1]] && s.at[i]-s.at[chain[0]] <= w
	}
}

// likeConsecutive lets only repetitions of the step done come between.
func likeConsecutive(s *scan, w time.Duration) func([]int, int) bool {
	inOrder := likeInOrder(s, w)
	return func(chain []int, i int) bool {
		if !inOrder(chain, i) {
			return false
		}
		for j := chain[len(chain)-1] + 1; j < i; j++ {
			if s.steps[j]>>(len(chain)-1)&1 == 0 {
				return false
			}
		}
		return true
	}
}
