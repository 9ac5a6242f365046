package dropoff

import (
	"errors"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// lostIn yields the paths of the lines; an empty line is an error.
func lostIn(err error, lines ...string) iter.Seq2[journey.Path, error] {
	return func(yield func(journey.Path, error) bool) {
		for _, line := range lines {
			p, e := journey.Path{}, err
			if line != "" {
				p, e = journeytest.Path(line), nil
			}
			if !yield(p, e) {
				return
			}
		}
	}
}

func lostChannels(touches []touchpoint.Touchpoint) string {
	text := ""
	for _, t := range touches {
		text += string(t.Channel)
	}
	return text
}

func TestLostAt(t *testing.T) {
	f := countsFunnel("a", "b?", "c", "d")
	f.AsOf = journeytest.Start().Add(10 * time.Hour)
	f.Exclusions = []Exclusion{
		{Name: "x", Channels: []touchpoint.Channel{"x"}},
		{Name: "z", Channels: []touchpoint.Channel{"z"}, Drop: true},
	}
	lines := []string{
		"lost at c: a > y > a > y > x > +9h y", "at c after b: a > b > y", "done: a > c > d", "at d: a > c", "",
		"stopped: a > c > x > d", "waiting: a > open", "back after AsOf: a > +11h y", "dropped: a > z", "absent: y",
	}
	sentinel := errors.New("bad row")
	type row struct {
		customer string
		step     int
		reason   Reason
		hits     int
		last     string
		next     string
	}
	collect := func(step int) (rows []row, errs []error) {
		for lost, err := range f.LostAt(step, lostIn(sentinel, lines...)) {
			if err != nil {
				assert.Equal(t, LostCustomer{}, lost)
				errs = append(errs, err)
				continue
			}
			rows = append(rows, row{
				customer: lost.Customer, step: lost.Step, reason: lost.Attempt.Reason, hits: len(lost.Attempt.Hits),
				last: string(lost.Last.Channel), next: lostChannels(lost.Next),
			})
		}
		return rows, errs
	}
	all, errs := collect(0)
	assert.Equal(t, []error{sentinel}, errs)
	assert.Equal(t, []row{
		{"lost at c", 3, ReasonExcluded, 1, "x", "yayx"},
		{"at c after b", 3, ReasonEnded, 2, "y", "y"},
		{"at d", 4, ReasonEnded, 2, "c", ""},
		{"stopped", 4, ReasonExcluded, 2, "d", "xd"},
	}, all)
	at, errs := collect(4)
	assert.Len(t, errs, 1)
	assert.Equal(t, all[2:], at)
	at, _ = collect(3)
	assert.Equal(t, all[:2], at)
}

func TestLostAtStops(t *testing.T) {
	f := countsFunnel("a", "b")
	for range f.LostAt(0, lostIn(errors.New("bad row"), "", "a", "a")) {
		break
	}
	n := 0
	for range f.LostAt(2, lostIn(nil, "a", "a", "a")) {
		if n++; n == 2 {
			break
		}
	}
	assert.Equal(t, 2, n)
}

func TestLostAtErrors(t *testing.T) {
	f := countsFunnel("a", "b?", "c")
	for step, text := range map[int]string{-1: "-1 of 3", 1: "the first", 2: `2, "b", is optional`, 4: "4 of 3"} {
		n := 0
		for lost, err := range f.LostAt(step, lostIn(nil, "a")) {
			n++
			require.ErrorIs(t, err, ErrStep)
			assert.ErrorContains(t, err, text)
			assert.Equal(t, LostCustomer{}, lost)
		}
		assert.Equal(t, 1, n)
	}
	for _, err := range (Funnel{}).LostAt(7, lostIn(nil, "a")) {
		require.Error(t, err)
		assert.NotErrorIs(t, err, ErrStep)
	}
}

// The stream and the report agree, and what is yielded stays.
func TestLostAtAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	f := countsFunnel("a", "b?", "c", "d")
	f.Open = true
	f.Window = 2 * time.Hour
	f.Exclusions = []Exclusion{{Name: "f", Channels: []touchpoint.Channel{"f"}}}
	c, err := NewCounts(f)
	require.NoError(t, err)
	var paths []journey.Path
	for range 300 {
		p := countsPath(rng)
		paths = append(paths, p)
		require.NoError(t, c.Add(&p))
	}
	in := func(yield func(journey.Path, error) bool) {
		for _, p := range paths {
			if !yield(p, nil) {
				return
			}
		}
	}
	r := countsReport(t, c)
	var all []LostCustomer
	for lost, err := range f.LostAt(0, in) {
		require.NoError(t, err)
		all = append(all, lost)
	}
	assert.EqualValues(t, r.Lost(), len(all))
	assert.NotEmpty(t, all)
	for _, k := range []int{3, 4} {
		row, _ := r.Step(k)
		var some []LostCustomer
		for lost, err := range f.LostAt(k, in) {
			require.NoError(t, err)
			some = append(some, lost)
		}
		assert.EqualValues(t, row.Lost, len(some))
		var want []LostCustomer
		for _, lost := range all {
			if lost.Step == k {
				want = append(want, lost)
			}
		}
		assert.Equal(t, want, some)
	}
}

func TestLastHit(t *testing.T) {
	ordered, any := layoutOf(&Funnel{Steps: countsFunnel("a", "b", "c").Steps}), layoutOf(&Funnel{Steps: countsFunnel("a", "b", "c").Steps, Order: AnyOrder})
	for _, test := range []struct {
		l    *layout
		a    Attempt
		want int
		ok   bool
	}{
		{ordered, Attempt{Reached: 1, Hits: []Hit{{Step: 1, Index: 4}}}, 4, true},
		{ordered, Attempt{Reached: 2, Hits: []Hit{{Step: 1, Index: 4}}}, 0, false},
		{ordered, Attempt{Reached: 2}, 0, false},
		{any, Attempt{Reached: 2, Hits: []Hit{{Step: 3}, {Step: 1, Index: 5}}}, 5, true},
		{any, Attempt{Reached: 2, Hits: []Hit{{Step: 3}}}, 0, false},
	} {
		got, ok := test.l.lastHit(&test.a)
		assert.Equal(t, test.ok, ok)
		assert.Equal(t, test.want, got)
	}
	// b before a, at one time: neither is what came next.
	last, ok := ordered.lastHit(&Attempt{Reached: 2, Hits: []Hit{{Step: 1, Index: 3}, {Step: 2, Index: 2}}})
	assert.True(t, ok)
	assert.Equal(t, 3, last)

	p := journeytest.Path("a > b > x")
	lost := lostCustomer(&p, &Attempt{Reached: 2}, 3, time.Time{}, ordered)
	assert.Nil(t, lost.Next, "not known after which touch")
	assert.Equal(t, touchpoint.Channel("x"), lost.Last.Channel)
}
