package dropoff

import (
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLikeTraces has the tools side by side, in the order of likeAll but GA4, with
// depths found by hand from the rules that the functions document.
func TestLikeTraces(t *testing.T) {
	for _, tt := range []struct {
		trace, steps string
		window       int
		want         [11]int // CH, order, dedup, increase, once; PH, strict, any; Mix, re; ret
	}{
		{"A1 B2", "AB", 10, [11]int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}},
		{"", "AB", 10, [11]int{}},
		{"X1 B2", "AB", 10, [11]int{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}},
		// C is early: strict order stops there.
		{"B1 A2 C3 B4", "ABC", 10, [11]int{2, 1, 2, 2, 2, 2, 1, 3, 2, 2, 2}},
		// The only A before B is too old for C; any order takes B2 A7 C9.
		{"A1 B2 A7 C9", "ABC", 7, [11]int{2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 3}},
		// Strict order does not begin again; strict PostHog does.
		{"A1 X2 B3 A4 B5", "AB", 10, [11]int{2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2}},
		// B is done twice: deduplication stops although A10 converts.
		{"A1 B3 A10 B12 C14", "ABC", 5, [11]int{3, 3, 2, 3, 3, 3, 3, 3, 2, 3, 3}},
		{"A1 B2 C3 B4 A5 D6", "ABCD", 10, [11]int{4, 4, 3, 4, 4, 4, 3, 4, 4, 4, 4}},
		// One touch of two steps is two rows of ClickHouse. Any order spends it on A.
		{"AB1 A2", "AB", 10, [11]int{2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1}},
		// It is spent on B, whose latest touch is the older one.
		{"B1 A2 AB5 C7", "ABC", 5, [11]int{3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3}},
		// The same step twice needs two touches, but not in ClickHouse.
		{"A1 B2", "AAB", 10, [11]int{3, 3, 3, 1, 1, 1, 1, 2, 1, 1, 1}},
		{"A1 A2 B3", "AAB", 10, [11]int{3, 3, 2, 1, 3, 3, 3, 3, 3, 3, 3}},
		// Ties.
		{"A5 B5 A5", "AB", 10, [11]int{2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2}},
		// PostHog spends the first touch on A and has none for B. For Mixpanel the
		// entry is the first touch, or with re-entry also the second.
		{"AB5 A5", "AB", 10, [11]int{2, 2, 2, 1, 2, 1, 1, 1, 1, 2, 1}},
		{"A5 AB5", "AB", 10, [11]int{2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2}},
		// X comes before B for ClickHouse and does not exist for strict PostHog.
		{"A1 B2 X2 C3", "ABC", 10, [11]int{3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3}},
		// X comes before the A of its instant.
		{"A1 X1 B2", "AB", 10, [11]int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}},
		// The window holds its end. retentioneering has none.
		{"A1 B6 C11", "ABC", 10, [11]int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}},
		{"A1 B6 C12", "ABC", 10, [11]int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3}},
		// No window.
		{"A1 B600 C1200", "ABC", 0, [11]int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}},
		// One step.
		{"X1 A2 X3 A4", "A", 10, [11]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		t.Run(tt.trace+" of "+tt.steps, func(t *testing.T) {
			s := likeScan(t, tt.trace, tt.steps, "", time.Minute)
			f := likeFunnel(len(tt.steps), time.Duration(tt.window)*time.Minute)
			var got [11]int
			for j := range got {
				r := likeReplay(likeAll[j], f, s)
				got[j] = r.depth
				assert.False(t, r.out)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// TestLikeExclusions has the tools that know exclusions. -1 is a customer who is
// out.
func TestLikeExclusions(t *testing.T) {
	for _, tt := range []struct {
		trace, steps string
		window       int
		from, to     int
		want         [5]int // PostHog, strict, any; Mixpanel, re-entry
	}{
		{"A1 X2 B3", "AB", 10, 0, 0, [5]int{-1, -1, 1, 1, 1}},
		{"X1 A2 B3 X4", "AB", 10, 0, 0, [5]int{2, 2, 2, 2, 2}},
		// A later clean entry.
		{"A1 X2 A3 B4", "AB", 10, 0, 0, [5]int{2, 2, 2, 1, 2}},
		{"A1 X2 B3 A4 B5", "AB", 10, 0, 0, [5]int{2, 2, 2, 1, 2}},
		// A later entry that does not come as deep. Strictly, B3 came to nothing.
		{"A1 X2 B3 A4", "AB", 10, 0, 0, [5]int{-1, 1, 2, 1, 1}},
		{"A1 X2 A3", "AB", 10, 0, 0, [5]int{1, 1, 1, 1, 1}},
		// Any order forgets what it had not yet counted.
		{"A1 X3", "AB", 10, 0, 0, [5]int{-1, -1, 0, 1, 1}},
		{"A1 B2 X3 C4", "ABC", 10, 0, 0, [5]int{-1, -1, 1, 2, 2}},
		// It had counted A and B when A1 left.
		{"A1 B2 B12 X13 C14", "ABC", 10, 0, 0, [5]int{2, 2, 2, 2, 2}},
		// Between A and B only, and the chain has gone on; strictly X itself breaks it.
		{"A1 B2 X3 C4", "ABC", 10, 1, 2, [5]int{3, 2, 1, 3, 3}},
		{"A1 B2 X3 C4", "ABC", 10, 2, 3, [5]int{-1, -1, 1, 2, 2}},
		{"A1 X2 B3 C4", "ABC", 10, 2, 3, [5]int{3, 1, 2, 3, 3}},
		// After the window nothing is excluded.
		{"A1 X20 B21", "AB", 5, 0, 0, [5]int{1, 1, 1, 1, 1}},
		// The deepest is A1, whose window is over, until B takes up the marked A20.
		{"A1 A20 X21", "AB", 5, 0, 0, [5]int{1, 1, 1, 1, 1}},
		{"A1 A20 X21 B22", "AB", 5, 0, 0, [5]int{-1, 1, 1, 1, 1}},
		// At the instant of another touch PostHog does not see it, at its own it does.
		{"A1 X1 B2", "AB", 10, 0, 0, [5]int{2, 2, 1, 2, 2}},
		{"A1 X2 X2 B3", "AB", 10, 0, 0, [5]int{-1, -1, 1, 1, 1}},
		// A touch that is a step as well.
		{"AX1 B2", "AB", 10, 0, 0, [5]int{2, 2, 2, 2, 2}},
		{"A1 BX2", "AB", 10, 0, 0, [5]int{-1, -1, 2, 2, 2}},
		// The chain of B has gone on to C when BX comes, so strictly it may again.
		{"A1 B2 BC3 BX4 C5 D6", "ABCD", 10, 2, 3, [5]int{4, 4, 4, 4, 4}},
	} {
		t.Run(tt.trace+" of "+tt.steps, func(t *testing.T) {
			s := likeScan(t, tt.trace, tt.steps, "X", time.Minute)
			f := likeFunnel(len(tt.steps), time.Duration(tt.window)*time.Minute, Exclusion{From: tt.from, To: tt.to})
			var got [5]int
			for j := range got {
				r := likeReplay(likeAll[5+j], f, s)
				got[j] = r.depth
				if r.out {
					require.Zero(t, r.depth)
					require.Empty(t, r.hits)
					got[j] = -1
				}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// TestLikeHits checks that hits are touches of the steps they stand for.
func TestLikeHits(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	var r replayed
	seen := map[Like]int{}
	for range 6000 {
		n := 1 + random.IntN(5)
		s := likeRandom(random, likeShape{touches: 12, steps: n, gap: 4, ties: true, several: true})
		f := likeFunnel(n, time.Duration(random.IntN(12))*time.Hour, Exclusion{}, Exclusion{From: 1, To: max(2, n)})
		for i := range s.out {
			if random.IntN(8) == 0 && n > 1 {
				s.out[i] = 1 + random.Uint64N(3)
			}
		}
		for _, l := range likeAll {
			l.replay(f, s, &r)
			require.LessOrEqual(t, r.depth, n)
			require.Len(t, r.hits, r.depth)
			if r.out {
				continue
			}
			done := uint64(0)
			for k, i := range r.hits {
				if l == LikePostHogAnyOrder {
					require.NotZero(t, s.steps[i])
					require.True(t, k == 0 || s.at[r.hits[k-1]] <= s.at[i])
				} else {
					require.NotZero(t, s.steps[i]>>k&1)
				}
				require.True(t, f.Window == 0 || l == LikeRetentioneering || l == LikeGA4 || s.at[i]-s.at[r.hits[0]] <= f.Window)
				done |= 1 << i
			}
			once := l != LikeClickHouse && l != LikeClickHouseStrictOrder && l != LikeClickHouseStrictDeduplication
			require.True(t, !once || bits.OnesCount64(done) == r.depth, "tool %d uses a touch twice", l)
			seen[l] += r.depth
		}
	}
	require.Len(t, seen, len(likeAll))
	for l, depth := range seen {
		require.Positive(t, depth, "tool %d", l)
	}
}

// TestLikeAllocates checks that memory is used again.
func TestLikeAllocates(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 0))
	var scans []*scan
	for range 100 {
		scans = append(scans, likeRandom(random, likeShape{touches: 40, steps: 5, gap: 3, ties: true, several: true}))
	}
	f := likeFunnel(5, 20*time.Hour, Exclusion{From: 2, To: 3})
	for _, l := range likeAll {
		var r replayed
		all := func() {
			for _, s := range scans {
				l.replay(f, s, &r)
			}
		}
		all()
		assert.Zero(t, testing.AllocsPerRun(5, all), "tool %d", l)
	}
}

func TestLikeExact(t *testing.T) {
	r := likeReplay(Exact, likeFunnel(1, 0), likeScan(t, "A1", "A", "", time.Hour))
	assert.Zero(t, r.depth, "no tool")
}

func TestLikeUnsupported(t *testing.T) {
	clickHouse := []Like{
		LikeClickHouse, LikeClickHouseStrictOrder, LikeClickHouseStrictDeduplication,
		LikeClickHouseStrictIncrease, LikeClickHouseStrictOnce,
	}
	for _, tt := range []struct {
		name    string
		funnel  Funnel
		refused []Like
	}{
		{"plain", Funnel{Steps: make([]Step, 32)}, nil},
		{"window", Funnel{Steps: make([]Step, 2), Window: 1}, []Like{LikeRetentioneering, LikeGA4}},
		{"step window", Funnel{Steps: make([]Step, 2), StepWindow: 1}, likeAll[:len(likeAll)-1]},
		{"within", Funnel{Steps: []Step{{}, {Within: 1}}}, likeAll[:len(likeAll)-1]},
		{
			"exclusion",
			Funnel{Steps: make([]Step, 3), Exclusions: []Exclusion{{From: 1, To: 3}}},
			append(clickHouse[:5:5], LikeRetentioneering, LikeGA4),
		},
		{
			"partial exclusion",
			Funnel{Steps: make([]Step, 3), Exclusions: []Exclusion{{From: 2}}},
			append(clickHouse[:5:5], LikePostHogAnyOrder, LikeRetentioneering, LikeGA4),
		},
		{
			"early exclusion",
			Funnel{Steps: make([]Step, 3), Exclusions: []Exclusion{{To: 2}}},
			append(clickHouse[:5:5], LikePostHogAnyOrder, LikeRetentioneering, LikeGA4),
		},
		{
			"dropping exclusion",
			Funnel{Steps: make([]Step, 3), Exclusions: []Exclusion{{Drop: true}}},
			append(clickHouse[:5:5], LikePostHogAnyOrder, LikeMixpanel, LikeMixpanelReentry, LikeRetentioneering, LikeGA4),
		},
		{"steps", Funnel{Steps: make([]Step, 33)}, clickHouse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var refused []Like
			for _, l := range append([]Like{Exact}, likeAll...) {
				if len(l.unsupported(&tt.funnel)) > 0 {
					refused = append(refused, l)
				}
			}
			assert.Equal(t, tt.refused, refused)
		})
	}
	both := Funnel{Steps: []Step{{}, {Within: 1}}, StepWindow: 1, Window: 1}
	assert.Equal(t, []string{
		"the tool has no StepWindow", "the tool has no Within", "retentioneering has no window",
	}, LikeRetentioneering.unsupported(&both))
}
