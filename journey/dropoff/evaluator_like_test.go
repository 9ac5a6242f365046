package dropoff

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func TestEvaluateLike(t *testing.T) {
	like := func(l Like, set ...func(*Funnel)) func(*Funnel) {
		return func(f *Funnel) {
			f.Like = l
			for _, s := range set {
				s(f)
			}
		}
	}
	asOf := func(n int) func(*Funnel) { return func(f *Funnel) { f.AsOf = second(n) } }
	byChannel := func(f *Funnel) { f.Constant = func(t *touchpoint.Touchpoint) string { return string(t.Channel) } }
	open := func(f *Funnel) { f.Open = true }
	step := func(n int) func(*Funnel) { return func(f *Funnel) { f.StepWindow = time.Duration(n) * time.Second } }
	testRulings(t, []ruling{
		{"completed", "ABC", like(LikePostHog, window(10)), "A1 A2 B3 X4 C5", "completed 1-3 1 2 4 at 2 to 5"},
		{"not entered", "ABC", like(LikePostHog, window(10)), "B3 X4 C5", "absent"},
		{"nothing matched", "ABC", like(LikePostHog, window(10)), "X4", "absent"},
		{"timed out", "ABC", like(LikePostHog, window(10)), "A1 B3 X20", "timed-out/window 1-2 0 1 at 1 to 11"},
		{"ended", "ABC", like(LikePostHog, window(10)), "A1 B3 X11", "lost/ended 1-2 0 1 at 1 to 11"},
		{"open", "ABC", like(LikePostHog, window(10), asOf(11)), "A1 B3 X5", "open 1-2 0 1 at 1 to 11"},
		{"open no more", "ABC", like(LikePostHog, window(10), asOf(12)), "A1 B3 X5", "timed-out/window 1-2 0 1 at 1 to 11"},
		{"no window", "ABC", like(LikeRetentioneering, asOf(12)), "A1 B3 X5", "lost/ended 1-2 0 1 at 1 to 5"},
		{"dropped", "AB X", like(LikePostHog, window(10)), "A1 X2 B3", "excluded dropped"},
		{"excluded", "AB X", like(LikeMixpanel, window(10)), "A1 X5 B8", "excluded 1-1 0 at 1 to 5"},
		{"of one touch two steps", "AB", like(LikeClickHouse), "AB1", "completed 1-2 0 0 at 1 to 1"},
		{"any order", "AB", like(LikePostHogAnyOrder), "B1 A2", "completed 1-2 0 1 at 1 to 2"},
		{"step window", "AB", like(LikeGA4, step(5)), "A1 X9", "timed-out/step-window 1-1 0 at 1 to 6"},
		{"step window open", "AB", like(LikeGA4, step(5), asOf(6)), "A1", "open 1-1 0 at 1 to 6"},
		{"enters at any step", "ABC", like(LikeGA4, open), "B1 C2 A3", "completed 2-3 0 1:3 at 1 to 2 did 111"},
		{"directly", "AB!", like(LikeGA4), "A1 X2 B3", "lost/interrupted 1-1 0 at 1 to 2"},
		{"constant, the deepest", "ABC", like(LikePostHog, byChannel), "A1/x A2/y B3/y C4/x", "lost/ended 1-2 1 2 at 2 to 4"},
		{"constant, the first", "AB", like(LikePostHog, byChannel), "A1/x A2/y B3/y B4/x", "completed 1-2 1 2 at 2 to 3"},
		{"constant, the first entry's", "AB", like(LikeMixpanel, byChannel), "B0/x A5/x A6/y B9/y", "lost/ended 1-1 1 at 5 to 9"},
		{"hits out of order", "AB", like(LikeMixpanel), "B0 A1", "completed 1-2 1 0 at 1 to 1"},
		{"constant, no entry", "AB", like(LikeMixpanel, byChannel), "B0/x", "absent"},
	})
}

func TestEvaluateLikeInMicroseconds(t *testing.T) {
	f := letters("AB")
	f.Like, f.StepWindow = LikeGA4, time.Millisecond
	p := trace("A1 B1")
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	for _, c := range []struct {
		from, to time.Duration
		want     Status
	}{
		{900, 1_000_900, Completed},
		{100, 1_000_900, Completed}, // in the same microseconds
		{900, 1_001_000, TimedOut},
	} {
		p.Touchpoints[0].Time, p.Touchpoints[1].Time = second(1).Add(c.from), second(1).Add(c.to)
		assert.Equal(t, c.want, e.Evaluate(&p, nil)[0].Status, "%d to %d", c.from, c.to)
	}
}

// TestEvaluateLikeMatches: what tools counted is seen as well.
func TestEvaluateLikeMatches(t *testing.T) {
	f := letters("ABC X")
	f.Like = LikeMixpanel
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	p := trace("A1 B2")
	attempts := e.Evaluate(&p, nil)
	assert.Equal(t, uint64(0b11), e.Matched())
	assert.Zero(t, e.MatchedExclusions())
	assert.Zero(t, testing.AllocsPerRun(10, func() { attempts = e.Evaluate(&p, attempts[:0]) }))
	assert.Equal(t, []Attempt{{}}, e.Evaluate(new(journey.Path), nil))
}
