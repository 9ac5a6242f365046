package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestCountsRows(t *testing.T) {
	for name, test := range map[string]struct {
		funnel Funnel
		lines  []string
		want   [][6]int64 // entered, reached, skipped, lost, open, started
	}{
		"lost at each step and open": {
			countsFunnel("a", "b", "c"),
			[]string{"a > b > c", "a > b > open", "a > b", "a", "a > open", "a", "x", "b > c"},
			[][6]int64{{6, 6, 0, 0, 0, 6}, {6, 3, 0, 2, 1, 0}, {3, 1, 0, 1, 1, 0}},
		},
		"an optional step is skipped, not lost": {
			countsFunnel("a", "b?", "c", "d"),
			[]string{"a > b > c > d", "a > c > d", "a > c", "a > b", "a > open", "a > b > open"},
			[][6]int64{{6, 6, 0, 0, 0, 6}, {6, 3, 3, 0, 0, 0}, {6, 3, 0, 1, 2, 0}, {3, 2, 0, 1, 0, 0}},
		},
		"open": {
			Funnel{Steps: countsFunnel("a", "b", "c").Steps, Open: true},
			[]string{"a > b > c", "b > c", "b", "c", "a", "x"},
			[][6]int64{{2, 2, 0, 0, 0, 2}, {4, 3, 0, 1, 0, 2}, {4, 3, 0, 1, 0, 1}},
		},
		"one step": {
			countsFunnel("a"),
			[]string{"a", "a > open", "x"},
			[][6]int64{{2, 2, 0, 0, 0, 2}},
		},
		"nobody": {
			countsFunnel("a", "b"),
			[]string{"x"},
			[][6]int64{{}, {}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := countsReport(t, countsOf(t, test.funnel, nil, test.lines...))
			assert.Equal(t, test.want, countsRows(r))
			assert.EqualValues(t, len(test.lines), r.Customers())
			countsSums(t, r)
		})
	}
}

// When it all happened does not matter: long before 1970, or all at one instant.
func TestCountsOddTimes(t *testing.T) {
	f := countsFunnel("a", "b", "c")
	want := [][6]int64{{2, 2, 0, 0, 0, 2}, {2, 2, 0, 0, 0, 0}, {2, 1, 0, 1, 0, 0}}
	for name, at := range map[string]func(i int) time.Time{
		"before 1970": func(i int) time.Time { return time.Date(1815, 6, 18, i, 0, 0, 0, time.UTC) },
		"one instant": func(int) time.Time { return journeytest.Start() },
	} {
		f.AsOf = at(3)
		c, err := NewCounts(f)
		require.NoError(t, err)
		for _, line := range []string{"a > b > c", "a > b > x"} {
			p := journeytest.Path(line)
			for i := range p.Touchpoints {
				p.Touchpoints[i].Time = at(i)
			}
			p.End = at(2)
			require.NoError(t, c.Add(&p))
		}
		assert.Equal(t, want, countsRows(countsReport(t, c)), name)
		back := c.New()
		require.NoError(t, back.UnmarshalBinary(countsBytes(t, c)), name)
		assert.Equal(t, countsBytes(t, c), countsBytes(t, back), name)
	}
}

func TestNewCountsErrors(t *testing.T) {
	_, err := NewCounts(Funnel{}, Group{}, Group{Name: "g", Key: journey.ByKind, Of: 9}, Group{Name: "g", Key: journey.ByKind})
	require.Error(t, err)
	for _, text := range []string{"no name", "no key", "no such touch", `3, "g": another group has the name`} {
		assert.ErrorContains(t, err, text)
	}
	for _, line := range []string{`group 1, ""`, `group 2, "g"`} {
		assert.ErrorContains(t, err, line)
	}
	_, err = NewCounts(Funnel{})
	assert.Error(t, err, "no steps")
}

// Which touch gives the value decides on the group.
func TestCountsGroups(t *testing.T) {
	groups := []Group{{"entry", journey.BySetting, AtEntry}, {"first", journey.BySetting, FirstKnown}, {"last", journey.BySetting, LastKnown}}
	asOf := journeytest.Start().Add(10 * time.Hour)
	f := countsFunnel("a", "b")
	f.AsOf = asOf
	unknown := journeytest.Path("x > a > b")
	unknown.Touchpoints[1].Setting = touchpoint.UnknownSetting
	nowhere := journeytest.Path("x > lost")
	nowhere.Touchpoints[0].Setting = touchpoint.UnknownSetting
	c := countsOf(t, f, groups, "@x > a > @b", "x > @a > b", "a > +20h @x", "@y")
	require.NoError(t, c.Add(&unknown))
	require.NoError(t, c.Add(&nowhere))
	r := countsReport(t, c)
	require.Equal(t, 3, r.Groups())
	type row struct{ customers, attempts, reached int64 }
	want := []map[Value]row{
		{ValueOf("online"): {2, 2, 1}, ValueOf("offline"): {1, 1, 1}, {}: {3, 1, 1}},
		{ValueOf("online"): {3, 3, 2}, ValueOf("offline"): {2, 1, 1}, {}: {1, 0, 0}},
		{ValueOf("online"): {3, 3, 2}, ValueOf("offline"): {2, 1, 1}, {}: {1, 0, 0}},
	}
	for i, w := range want {
		g := r.Group(i)
		assert.Equal(t, groups[i].Name, g.Name())
		assert.Equal(t, groups[i].Of, g.Of())
		assert.Equal(t, 3, g.Len())
		got := map[Value]row{}
		var order []string
		for v, part := range g.All() {
			order = append(order, v.String())
			got[v] = row{part.Customers(), part.Attempts(), countsRows(part)[1][1]}
			countsSums(t, part)
			found, ok := g.Find(v)
			assert.True(t, ok)
			assert.Same(t, part, found)
		}
		assert.Equal(t, w, got, g.Name())
		assert.Equal(t, []string{"offline", "online", "(unknown)"}, order)
		_, ok := g.Find(ValueOf("elsewhere"))
		assert.False(t, ok)
	}
	for range r.Group(0).All() {
		break
	}
	assert.Equal(t, countsRows(countsReport(t, countsOf(t, f, nil, "@x > a > @b", "x > @a > b", "a > +20h @x", "@y", "a > b", "x"))),
		countsRows(r), "the groups do not change the whole")
}

// A customer whose attempts have different values is one of each, and one of all.
func TestCountsCustomersOfAttempts(t *testing.T) {
	f := countsFunnel("a", "b")
	c, err := NewCounts(f, Group{"setting", journey.BySetting, AtEntry})
	require.NoError(t, err)
	p := journeytest.Path("a > b > @a > a > b")
	hit := func(step, i int) Hit { return Hit{Step: step, Index: i, Time: p.Touchpoints[i].Time} }
	done := Attempt{Status: Completed, Reason: ReasonCompleted, Entered: 1, Reached: 2, Did: 3}
	first, second, third := done, done, done
	first.Hits, second.Hits = []Hit{hit(1, 0), hit(2, 1)}, []Hit{hit(1, 3), hit(2, 4)}
	third.Hits, third.Status, third.Reason, third.Reached, third.Did = []Hit{hit(1, 2)}, Lost, ReasonEnded, 1, 1
	require.NoError(t, c.count(&p, []Attempt{first, third, second}))
	r := countsReport(t, c)
	assert.EqualValues(t, 1, r.Customers())
	assert.EqualValues(t, 3, r.Attempts())
	online, _ := r.Group(0).Find(ValueOf("online"))
	assert.EqualValues(t, 1, online.Customers())
	assert.EqualValues(t, 2, online.Attempts())
	offline, _ := r.Group(0).Find(ValueOf("offline"))
	assert.EqualValues(t, 1, offline.Customers())

	// A tool that keeps no touches gives no entry.
	first.Hits = nil
	require.NoError(t, c.count(&p, []Attempt{first}))
	unknown, ok := countsReport(t, c).Group(0).Find(Value{})
	assert.True(t, ok)
	assert.EqualValues(t, 1, unknown.Completed())
}

func TestCountsObserve(t *testing.T) {
	f := countsFunnel("a", "b")
	one, err := NewCounts(f)
	require.NoError(t, err)
	two := one.New()
	p, q := journeytest.Path("a > x > b"), journeytest.Path("a")
	attempts, err := one.Observe(&p, nil)
	require.NoError(t, err)
	attempts, err = one.Observe(&q, attempts)
	require.NoError(t, err)
	require.Len(t, attempts, 2)
	assert.Equal(t, []Status{Completed, Lost}, []Status{attempts[0].Status, attempts[1].Status})
	assert.Equal(t, 2, attempts[0].Hits[1].Index)
	require.NoError(t, two.Add(&p))
	require.NoError(t, two.Add(&q))
	assert.Equal(t, countsBytes(t, two), countsBytes(t, one))
	assert.EqualValues(t, 2, one.Customers())

	one.attempts = maxAttempts
	before := countsBytes(t, one)
	attempts, err = one.Observe(&p, attempts)
	require.ErrorIs(t, err, journey.ErrOverflow)
	assert.Len(t, attempts, 2)
	assert.Equal(t, before, countsBytes(t, one))
	require.ErrorIs(t, one.Add(&p), journey.ErrOverflow)
	require.ErrorIs(t, two.Merge(one), journey.ErrOverflow)
	assert.EqualValues(t, 2, two.Customers())
}

// Any order of the paths, sharding and grouping of merges give the same bytes.
func TestCountsShards(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	f := countsFunnel("a", "b?", "c", "d")
	f.Open = true
	groups := []Group{{"setting", journey.BySetting, AtEntry}, {"code", journey.ByCode, LastKnown}}
	whole, err := NewCounts(f, groups...)
	require.NoError(t, err)
	var paths []journey.Path
	for range 300 {
		p := countsPath(rng)
		paths = append(paths, p)
		require.NoError(t, whole.Add(&p))
	}
	want := countsBytes(t, whole)
	for range 10 {
		rng.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		shards := make([]*Counts, 1+rng.IntN(6))
		for i := range shards {
			shards[i] = whole.New()
		}
		for i := range paths {
			require.NoError(t, shards[rng.IntN(len(shards))].Add(&paths[i]))
		}
		for len(shards) > 1 {
			i := rng.IntN(len(shards) - 1)
			if rng.IntN(2) == 0 { // through bytes
				back := whole.New()
				require.NoError(t, back.UnmarshalBinary(countsBytes(t, shards[i+1])))
				shards[i+1] = back
			}
			require.NoError(t, shards[i].Merge(shards[i+1]))
			shards = append(shards[:i+1], shards[i+2:]...)
		}
		require.Equal(t, want, countsBytes(t, shards[0]))
	}

	twice := whole.New()
	require.NoError(t, twice.Merge(whole))
	require.NoError(t, twice.Merge(twice))
	again := whole.New()
	for range 2 {
		require.NoError(t, again.Merge(whole))
	}
	assert.Equal(t, countsBytes(t, again), countsBytes(t, twice))
	assert.Equal(t, want, countsBytes(t, whole), "Merge leaves the other as it is")
}

// The report of the counts so far does not change with them.
func TestReportStays(t *testing.T) {
	c := countsOf(t, countsFunnel("a", "b"), []Group{{"setting", journey.BySetting, AtEntry}}, "a > b", "@a")
	r := countsReport(t, c)
	before, err := r.MarshalJSON()
	require.NoError(t, err)
	for range 100 {
		p := journeytest.Path("a > +3h b")
		require.NoError(t, c.Add(&p))
	}
	after, err := r.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

func TestCountsMismatch(t *testing.T) {
	base := countsFunnel("a", "b")
	c := countsOf(t, base, nil, "a")
	for name, change := range map[string]func(*Funnel){
		"name":      func(f *Funnel) { f.Steps[0].Name = "c" },
		"channel":   func(f *Funnel) { f.Steps[0].Channels = []touchpoint.Channel{"c"} },
		"kind":      func(f *Funnel) { f.Steps[0].Kinds = []touchpoint.Kind{"c"} },
		"match":     func(f *Funnel) { f.Steps[0].Match = func(*touchpoint.Touchpoint) bool { return true } },
		"within":    func(f *Funnel) { f.Steps[1].Within = time.Hour },
		"directly":  func(f *Funnel) { f.Steps[1].Directly = true },
		"order":     func(f *Funnel) { f.Order = Strict },
		"entry":     func(f *Funnel) { f.Entry = FirstEntry },
		"open":      func(f *Funnel) { f.Open = true },
		"window":    func(f *Funnel) { f.Window = time.Hour },
		"step":      func(f *Funnel) { f.StepWindow = time.Hour },
		"constant":  func(f *Funnel) { f.Constant = journey.ByCode },
		"ties":      func(f *Funnel) { f.Ties = TiesApart },
		"as of":     func(f *Funnel) { f.AsOf = journeytest.Start() },
		"like":      func(f *Funnel) { f.Like = LikeMixpanel },
		"exclusion": func(f *Funnel) { f.Exclusions = []Exclusion{{Name: "x", Channels: []touchpoint.Channel{"x"}}} },
	} {
		f := countsFunnel("a", "b")
		change(&f)
		other, err := NewCounts(f)
		require.NoError(t, err, name)
		require.ErrorIs(t, c.Merge(other), ErrMismatch, name)
		require.ErrorIs(t, other.UnmarshalBinary(countsBytes(t, c)), ErrMismatch, name)
	}
	grouped, err := NewCounts(base, Group{"g", journey.ByKind, AtEntry})
	require.NoError(t, err)
	require.ErrorIs(t, c.Merge(grouped), ErrMismatch)
	last, err := NewCounts(base, Group{"g", journey.ByKind, LastKnown})
	require.NoError(t, err)
	require.ErrorIs(t, grouped.Merge(last), ErrMismatch)

	// The order of alternatives has no meaning, nor has the zone of a time.
	one, two := countsFunnel("a", "b"), countsFunnel("a", "b")
	one.Steps[0].Channels = []touchpoint.Channel{"x", "a", "a"}
	two.Steps[0].Channels = []touchpoint.Channel{"a", "x"}
	one.AsOf = journeytest.Start()
	two.AsOf = journeytest.Start().In(time.FixedZone("", 3600))
	require.NoError(t, countsOf(t, one, nil, "a").Merge(countsOf(t, two, nil, "a")))
}
