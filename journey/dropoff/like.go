package dropoff

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// replay counts the customer of s as the tool l does; f is validated. What it
// leaves in r holds until the next call, which uses the memory again: once that
// is large enough, a replay allocates nothing.
//
// A Window of 0 bounds nothing, whatever the tool's own default is. Times keep
// their full precision but for [LikeGA4].
func (l Like) replay(f *Funnel, s *scan, r *replayed) {
	r.depth, r.out, r.hits = 0, false, r.hits[:0]
	r.scratch.reset()
	switch l {
	case LikeClickHouse:
		replayClickHouse(f, s, r, clickHouseRules{})
	case LikeClickHouseStrictOrder:
		replayClickHouse(f, s, r, clickHouseRules{order: true})
	case LikeClickHouseStrictDeduplication:
		replayClickHouse(f, s, r, clickHouseRules{deduplication: true})
	case LikeClickHouseStrictIncrease:
		replayClickHouse(f, s, r, clickHouseRules{increase: true})
	case LikeClickHouseStrictOnce:
		replayClickHouseOnce(f, s, r)
	case LikePostHog:
		replayPostHog(f, s, r, false)
	case LikePostHogStrict:
		replayPostHog(f, s, r, true)
	case LikePostHogAnyOrder:
		replayPostHogAny(f, s, r)
	case LikeMixpanel:
		replayMixpanel(f, s, r)
	case LikeMixpanelReentry:
		replayMixpanelReentry(f, s, r)
	case LikeRetentioneering:
		replayRetentioneering(f, s, r)
	case LikeGA4:
		replayGA4(f, s, r)
	}
}

// scratch is the memory of a replay. Levels are numbered from 0: a chain at
// level k has done the steps 1 to k+1.
type scratch struct {
	live   uint64 // bit k: level k is reached
	levels [MaxSteps]likeLevel
	links  []likeLink
	// bars holds for each exclusion the levels whose chains it ends, as bits.
	bars [MaxExclusions]uint64
	// best holds hits that may yet be surpassed.
	best []int

	owner    []uint8        // step+1 of each touch of a tie group, 0 none: [LikeClickHouseStrictOnce]
	assigned [MaxSteps]int  // touch of each step, likewise
	fresh    [MaxSteps]bool // levels reached in the tie group, likewise
	staged   [MaxSteps]likeLevel

	next   []int // touch behind each touch in its queue: [LikePostHogAnyOrder]
	queues [MaxSteps]likeQueue

	steps [MaxSteps]likeCursor // next touch of each step: Mixpanel
	stops [MaxSteps]likeCursor // next touch that ends each level, likewise
}

// likeLevel is the chain that a tool keeps of those that reached a level.
type likeLevel struct {
	start, last time.Duration // of the first and the last touch
	touch       int           // the last touch
	link        int           // its link
	excluded    bool
}

// likeLink is one touch of a chain.
type likeLink struct {
	touch int
	back  int // the link before, -1 at the entry
}

func (m *scratch) reset() {
	m.live = 0
	m.links = m.links[:0]
	m.best = m.best[:0]
}

// reached tells whether level k is.
func (m *scratch) reached(k int) bool { return m.live>>k&1 != 0 }

// set makes c the chain of level k.
func (m *scratch) set(k int, c likeLevel) {
	m.levels[k] = c
	m.live |= 1 << k
}

// link adds the touch to the chain that ends at link back.
func (m *scratch) link(touch, back int) int {
	m.links = append(m.links, likeLink{touch, back})
	return len(m.links) - 1
}

// uses tells whether the chain that ends at the link holds the touch.
func (m *scratch) uses(link, touch int) bool {
	for ; link >= 0; link = m.links[link].back {
		if m.links[link].touch == touch {
			return true
		}
	}
	return false
}

// setBars finds the levels that each exclusion of f ends.
func (m *scratch) setBars(f *Funnel) {
	for j := range f.Exclusions {
		from, to := f.Exclusions[j].between(len(f.Steps))
		m.bars[j] = below(to) &^ below(from)
	}
}

// barred returns the levels that a touch ends which matches the exclusions out.
func (m *scratch) barred(out uint64) uint64 {
	var levels uint64
	for ; out != 0; out &= out - 1 {
		levels |= m.bars[bits.TrailingZeros64(out)]
	}
	return levels
}

// finish makes the chain that ends at the link the result.
func (r *replayed) finish(depth, link int) {
	r.depth = depth
	for ; link >= 0; link = r.links[link].back {
		r.hits = append(r.hits, r.links[link].touch)
	}
	slices.Reverse(r.hits)
}

// likeWindow is the bound that a window of a funnel sets.
func likeWindow(w time.Duration) time.Duration {
	if w == 0 {
		return math.MaxInt64
	}
	return w
}

// tieEnd returns the end of the touches that share the time of touch lo.
func tieEnd(at []time.Duration, lo int) int {
	hi := lo + 1
	for hi < len(at) && at[hi] == at[lo] {
		hi++
	}
	return hi
}
