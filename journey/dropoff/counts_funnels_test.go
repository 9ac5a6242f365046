package dropoff

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// countsFunnels returns funnels with every setting that the counts may meet.
func countsFunnels() map[string]Funnel {
	channel := func(name string) []touchpoint.Channel { return []touchpoint.Channel{touchpoint.Channel(name)} }
	all := make(map[string]Funnel)
	add := func(name string, change func(*Funnel)) {
		f := countsFunnel("a", "b", "c")
		change(&f)
		all[name] = f
	}
	add("plain", func(*Funnel) {})
	for _, e := range []Entry{AnyEntry, FirstEntry, EveryEntry} {
		for _, o := range []Order{Ordered, Consecutive, Strict, AnyOrder} {
			add(fmt.Sprintf("%v %v", o, e), func(f *Funnel) {
				f.Order, f.Entry, f.Window = o, e, 2*time.Hour
				f.Exclusions = []Exclusion{{Name: "f", Channels: channel("f")}}
			})
		}
		add(fmt.Sprintf("open, optional %v", e), func(f *Funnel) {
			f.Steps[1].Optional = true
			f.Open, f.Entry, f.StepWindow = true, e, time.Hour
		})
		add(fmt.Sprintf("dropped %v", e), func(f *Funnel) {
			f.Entry = e
			f.Exclusions = []Exclusion{{Name: "f", Channels: channel("f"), Drop: true}}
		})
		add(fmt.Sprintf("constant, as of %v", e), func(f *Funnel) {
			f.Steps[1].Optional = true
			f.Entry, f.Constant = e, journey.ByCode
			f.AsOf, f.LostAfter = journeytest.Start().Add(3*time.Hour), time.Hour
		})
	}
	for _, ties := range []Ties{TiesInAnyOrder, TiesApart} {
		add(fmt.Sprintf("%v", ties), func(f *Funnel) {
			f.Steps[1].Optional = true
			f.Ties, f.Tolerance = ties, 20*time.Minute
		})
	}
	for like := LikeClickHouse; like <= LikeGA4; like++ {
		add(fmt.Sprintf("like %v", like), func(f *Funnel) {
			f.Like = like
			if like != LikeRetentioneering && like != LikeGA4 {
				f.Window = 2 * time.Hour
			}
		})
	}
	return all
}

// Whatever the funnel, the lines add up, the bytes read back, the stream of the lost
// agrees with the lines, and so does what they did next.
func TestCountsFunnels(t *testing.T) {
	for name, f := range countsFunnels() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, f.Validate())
			rng := rand.New(rand.NewPCG(4, 11))
			c, err := NewCounts(f, Group{"setting", journey.BySetting, AtEntry}, Group{"code", journey.ByCode, FirstKnown})
			require.NoError(t, err)
			next, err := NewNextCounts(f, nil)
			require.NoError(t, err)
			var paths []journey.Path
			var attempts []Attempt
			for range 250 {
				p := countsPath(rng)
				paths = append(paths, p)
				attempts, err = c.Observe(&p, attempts[:len(attempts):len(attempts)])
				require.NoError(t, err)
				require.NoError(t, next.Add(&p))
			}
			r := countsReport(t, c)
			countsSums(t, r)
			want := newCountsOracle(c.layout.optional, c.layout.anyOrder, attempts)
			require.Equal(t, want.rows, countsRows(r))
			assert.Positive(t, r.Completed())
			assert.Positive(t, r.Lost())
			if f.Entry != EveryEntry {
				assert.Equal(t, r.Customers(), r.Attempts()+r.NotEntered()+r.Excluded())
			}
			for i := range r.Groups() {
				sums := make([]int64, 4)
				for _, part := range r.Group(i).All() {
					countsSums(t, part)
					for j, n := range []int64{part.Completed(), part.Lost(), part.Open(), part.NotEntered() + part.Excluded()} {
						sums[j] += n
					}
				}
				assert.Equal(t, []int64{r.Completed(), r.Lost(), r.Open(), r.NotEntered() + r.Excluded()}, sums)
			}

			back := c.New()
			data := countsBytes(t, c)
			require.NoError(t, back.UnmarshalBinary(data))
			require.Equal(t, data, countsBytes(t, back))
			nextBack, err := NewNextCounts(f, nil)
			require.NoError(t, err)
			require.NoError(t, nextBack.UnmarshalBinary(countsBytes(t, next)))

			in := func(yield func(journey.Path, error) bool) {
				for _, p := range paths {
					if !yield(p, nil) {
						return
					}
				}
			}
			lost := make([]int64, r.Len()+1)
			for l, err := range f.LostAt(0, in) {
				require.NoError(t, err)
				lost[l.Step]++
				require.NotEmpty(t, l.Last.Channel)
			}
			n := nextResultOf(t, next)
			for s := range r.Steps() {
				assert.Equal(t, s.Lost, lost[s.Step])
				assert.Equal(t, s.Lost, n.Lost(s.Step))
			}
		})
	}
}
