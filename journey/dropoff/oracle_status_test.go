package dropoff_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

// oracleWritten reads a case: steps "a b? cd!<5" (kinds, optional, directly,
// within), exclusions "x y!1-2" (kinds, drop, from-to) and touches "a0 b3/k"
// (kind, second, key). The outcome is Lost.
func oracleWritten(t *testing.T, steps, exclusions, touches string) oracleCase {
	t.Helper()
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	c := oracleCase{paths: []oraclePath{{outcome: journey.Lost}}}
	for s := range strings.FieldsSeq(steps) {
		var step oracleStep
		s, within, bounded := strings.Cut(s, "<")
		if bounded {
			step.within = number(within)
		}
		s, step.directly = strings.CutSuffix(s, "!")
		s, step.optional = strings.CutSuffix(s, "?")
		step.kinds = s
		c.f.steps = append(c.f.steps, step)
	}
	for s := range strings.FieldsSeq(exclusions) {
		x := oracleExclusion{oracleCondition: oracleCondition{kinds: s[:1]}}
		s, x.drop = strings.CutPrefix(s[1:], "!")
		if from, to, ok := strings.Cut(s, "-"); ok {
			x.from, x.to = number(from), number(to)
		}
		c.f.exclusions = append(c.f.exclusions, x)
	}
	for s := range strings.FieldsSeq(touches) {
		s, key, _ := strings.Cut(s, "/")
		c.paths[0].touches = append(c.paths[0].touches, oracleTouch{at: number(s[1:]), kind: s[:1], key: key})
	}
	return c
}

// TestOracleStatus holds the oracle, and with it the evaluator, to cases that
// were worked out by hand.
func TestOracleStatus(t *testing.T) {
	const (
		absent      = dropoff.ReasonAbsent
		completed   = dropoff.ReasonCompleted
		inactive    = dropoff.ReasonInactive
		ended       = dropoff.ReasonEnded
		open        = dropoff.ReasonOpen
		window      = dropoff.ReasonWindow
		stepWindow  = dropoff.ReasonStepWindow
		excluded    = dropoff.ReasonExcluded
		interrupted = dropoff.ReasonInterrupted
	)
	status := map[dropoff.Reason]dropoff.Status{
		absent: dropoff.NotEntered, completed: dropoff.Completed, inactive: dropoff.Lost, ended: dropoff.Lost, open: dropoff.StillOpen,
		window: dropoff.TimedOut, stepWindow: dropoff.TimedOut, excluded: dropoff.Excluded, interrupted: dropoff.Lost,
	}
	type want struct {
		reason       dropoff.Reason
		reached      int
		since, until int
	}
	for _, tc := range []struct {
		name, steps, exclusions, touches string
		set                              func(*oracleCase)
		want                             []want
	}{
		{"nothing", "a b", "", "", nil, []want{{absent, 0, 0, 0}}},
		{"never", "a b", "", "b1 x2", nil, []want{{absent, 0, 0, 0}}},
		{"completed", "a b", "", "a1 x2 b3 b4", nil, []want{{completed, 2, 1, 3}}},
		{"latest entry", "a b", "", "a1 a2 b3", nil, []want{{completed, 2, 2, 3}}},
		{"first entry", "a b", "", "a1 a2 b3", func(c *oracleCase) { c.f.entry = dropoff.FirstEntry }, []want{{completed, 2, 1, 3}}},
		{"ended", "a b", "", "a1 x2", nil, []want{{ended, 1, 1, 2}}},
		{"ended later", "a b", "", "a1 x2", func(c *oracleCase) { c.paths[0].ended, c.paths[0].end = true, 9 }, []want{{ended, 1, 1, 9}}},
		{"open at the last touch", "a b", "", "a1 x2", func(c *oracleCase) { c.paths[0].outcome = journey.Open }, []want{{open, 1, 1, 2}}},
		{"open as of", "a b", "", "a1 x2 b9", func(c *oracleCase) { c.f.cut, c.f.asOf, c.f.window = true, 6, 5 }, []want{{open, 1, 1, 6}}},
		{"no window as of", "a b", "", "a1 x2", func(c *oracleCase) { c.f.cut, c.f.asOf = true, 6 }, []want{{ended, 1, 1, 2}}},
		{"no window as of, goes on", "a b", "", "a1 x2 b9", func(c *oracleCase) { c.f.cut, c.f.asOf = true, 6 }, []want{{open, 1, 1, 6}}},
		{
			"window as of", "a b", "", "a1 x2 b9",
			func(c *oracleCase) { c.f.cut, c.f.asOf, c.f.window = true, 7, 5 },
			[]want{{window, 1, 1, 6}},
		},
		{"inactive", "a b", "", "a1 x2", func(c *oracleCase) { c.f.cut, c.f.asOf, c.f.lostAfter = true, 6, 4 }, []want{{inactive, 1, 1, 6}}},
		{"not yet inactive", "a b", "", "a1 x2", func(c *oracleCase) { c.f.cut, c.f.asOf, c.f.lostAfter = true, 5, 4 }, []want{{open, 1, 1, 5}}},
		{"before all", "a b", "", "a1 b2", func(c *oracleCase) { c.f.cut, c.f.asOf = true, 0 }, []want{{absent, 0, 0, 0}}},
		{"exactly the window", "a b", "", "a1 b6", func(c *oracleCase) { c.f.window = 5 }, []want{{completed, 2, 1, 6}}},
		{"window passed", "a b", "", "a1 b7", func(c *oracleCase) { c.f.window = 5 }, []want{{window, 1, 1, 6}}},
		{"step window passed", "a b c", "", "a1 b2 c7", func(c *oracleCase) { c.f.stepWindow, c.f.window = 2, 6 }, []want{{stepWindow, 2, 1, 4}}},
		{"own step window", "a b c<5", "", "a1 b2 c7", func(c *oracleCase) { c.f.stepWindow = 2 }, []want{{completed, 3, 1, 7}}},
		{"last of several windows", "a b?<2 c<4", "", "a1 x9", nil, []want{{stepWindow, 1, 1, 5}}},
		{"left out", "a b? c", "", "a1 c2", nil, []want{{completed, 3, 1, 2}}},
		{"not to be left out", "a b c", "", "a1 c2", nil, []want{{ended, 1, 1, 2}}},
		{"excluded", "a b c", "x", "a1 b2 x3 c4", nil, []want{{excluded, 2, 1, 3}}},
		{"excluded elsewhere", "a b c", "x1-2", "a1 b2 x3 c4", nil, []want{{completed, 3, 1, 4}}},
		{"excluded after the window", "a b", "x", "a1 x9", func(c *oracleCase) { c.f.window = 5 }, []want{{window, 1, 1, 6}}},
		{"clean entry after a stop", "a b", "x", "a1 x2 a3 b4", nil, []want{{completed, 2, 3, 4}}},
		{"dropped", "a b c", "x!", "a1 b2 x3 c4", nil, []want{{excluded, 2, 1, 3}}},
		{"dropped, then clean", "a b c", "x!", "a1 b2 x3 a4", nil, []want{{ended, 1, 4, 4}}},
		{"past the drop", "a b c", "x!1-2", "a1 b2 x3 c4", nil, []want{{completed, 3, 1, 4}}},
		{"a later entry dropped", "a b c", "x!1-2", "a1 b2 a3 x4 c5", nil, []want{{excluded, 2, 1, 4}}},
		{"a later entry stopped", "a b c", "x1-2", "a1 b2 a3 x4 c5", nil, []want{{completed, 3, 1, 5}}},
		{"completed before the drop", "a b", "x!", "a1 b2 a3 x4", nil, []want{{completed, 2, 1, 2}}},
		{"too late to be dropped", "a b", "x!", "a1 x9", func(c *oracleCase) { c.f.window = 5 }, []want{{window, 1, 1, 6}}},
		{
			"dropped from the first entry", "a b", "x!", "a1 x2 a3 b4",
			func(c *oracleCase) { c.f.entry = dropoff.FirstEntry },
			[]want{{excluded, 1, 1, 2}},
		},
		{"strict", "a b", "", "a1 x2 b3", func(c *oracleCase) { c.f.order = dropoff.Strict }, []want{{interrupted, 1, 1, 2}}},
		{"strict, too late", "a b", "", "a1 b9", func(c *oracleCase) { c.f.order, c.f.window = dropoff.Strict, 5 }, []want{{window, 1, 1, 6}}},
		{
			"repetitions", "a b c", "", "a1 a2 b3 b4 c5",
			func(c *oracleCase) { c.f.order = dropoff.Consecutive },
			[]want{{completed, 3, 2, 5}},
		},
		{
			"no repetition", "a b c", "", "a1 a2 b3 b4 c5",
			func(c *oracleCase) { c.f.order = dropoff.Strict },
			[]want{{interrupted, 2, 2, 4}},
		},
		{"directly", "a b! c", "", "a1 x2 b3 c4", nil, []want{{interrupted, 1, 1, 2}}},
		{"open funnel", "a b c", "", "b1 x2 c3", func(c *oracleCase) { c.f.open = true }, []want{{completed, 3, 1, 3}}},
		{
			"one order", "a b", "", "a1/1 b2/2 a3/2 b4/1",
			func(c *oracleCase) { c.f.constant = true },
			[]want{{completed, 2, 1, 4}},
		},
		{
			"attempts", "a b", "", "a1 a2 b3 b4 a5 x6 a11",
			func(c *oracleCase) { c.f.entry, c.f.window = dropoff.EveryEntry, 5 },
			[]want{{completed, 2, 1, 3}, {window, 1, 5, 10}, {ended, 1, 11, 11}},
		},
		{
			"attempts of orders", "a b", "", "a1/1 a2/2 b3/2 b4/1",
			func(c *oracleCase) { c.f.entry, c.f.constant = dropoff.EveryEntry, true },
			[]want{{completed, 2, 1, 4}, {completed, 2, 2, 3}},
		},
		{
			"attempts that others interrupt", "a b", "", "a1 a2 b3",
			func(c *oracleCase) { c.f.entry, c.f.order = dropoff.EveryEntry, dropoff.Strict },
			[]want{{interrupted, 1, 1, 2}, {completed, 2, 2, 3}},
		},
		{"tied against the order", "a b", "", "b1 a1", func(c *oracleCase) { c.f.ties = dropoff.TiesInAnyOrder }, []want{{completed, 2, 1, 1}}},
		{"tied", "a b", "", "a1 b1", func(c *oracleCase) { c.f.ties = dropoff.TiesApart }, []want{{ended, 1, 1, 1}}},
		{"the same step twice", "a a", "", "a1", nil, []want{{ended, 1, 1, 1}}},
		{"the same step done twice", "a a", "", "a1 a1", nil, []want{{completed, 2, 1, 1}}},
		{
			"as good as tied", "a b", "", "b1 a3 b6",
			func(c *oracleCase) { c.f.ties, c.f.tolerance = dropoff.TiesInAnyOrder, 2 },
			[]want{{completed, 2, 1, 1}},
		},
		{"any order", "a b c", "", "c1 x2 a3 b4", func(c *oracleCase) { c.f.order = dropoff.AnyOrder }, []want{{completed, 3, 1, 4}}},
		{
			"matched, not greedily", "ab a", "", "a1 b2",
			func(c *oracleCase) { c.f.order = dropoff.AnyOrder },
			[]want{{completed, 2, 1, 2}},
		},
		{
			"any order, excluded", "a b c", "x", "c1 a2 x3 b4 x5",
			func(c *oracleCase) { c.f.order = dropoff.AnyOrder },
			[]want{{excluded, 2, 1, 3}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := oracleWritten(t, tc.steps, tc.exclusions, tc.touches)
			if tc.set != nil {
				tc.set(&c)
			}
			require.False(t, c.f.refused())
			var got []want
			for _, a := range newOracle(&c.f, &c.paths[0]).attempts() {
				assert.Equal(t, status[a.reason], a.status)
				got = append(got, want{a.reason, a.reached, a.since, a.until})
			}
			assert.Equal(t, tc.want, got)
			diff, _ := c.differs(nil)
			assert.Empty(t, diff, "%v", c)
		})
	}
}
