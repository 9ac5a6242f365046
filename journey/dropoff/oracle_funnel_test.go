package dropoff_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
)

// TestOracleFunnel compares the evaluator with the oracle on random cases; the
// environment variable CJM_FUNNEL_TRACES says on how many.
func TestOracleFunnel(t *testing.T) {
	traces := 15_000
	if s := os.Getenv("CJM_FUNNEL_TRACES"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err, "CJM_FUNNEL_TRACES")
		traces = n
	}
	require.GreaterOrEqual(t, traces, 1000, "too few to meet every feature")
	if testing.Short() {
		traces = min(traces, 10_000)
	}
	r := rand.New(rand.NewPCG(4, 20260301))
	ran := map[string]int{}
	var dst []dropoff.Attempt
	for n := range traces {
		c := oracleRandom(r)
		var diff string
		if diff, dst = c.differs(dst); diff != "" {
			small := c.shrink(func(c oracleCase) bool { d, _ := c.differs(nil); return d != "" })
			if d, _ := small.differs(nil); d != "" {
				diff = d
			} else {
				small = c // only with the memory of the cases before
			}
			t.Fatalf("trace %d of %d:\n%v\n%s", n, traces, small, diff)
		}
		if c.f.refused() {
			ran["refused"]++
			continue
		}
		for _, feature := range c.features() {
			ran[feature]++
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(ran)) {
		t.Logf("%-28s %8d", feature, ran[feature])
	}
	for _, feature := range oracleFeatures {
		assert.GreaterOrEqual(t, ran[feature], traces/1000, feature)
	}
}

// oracleFeatures are what must have been among the random cases.
var oracleFeatures = []string{
	"refused", "run", "two paths", "ordered", "consecutive", "strict", "any order", "any order, every entry", "any order, window",
	"any order, exclusion", "any order, constant", "any entry", "first entry", "every entry", "several attempts", "every entry, open",
	"every entry, constant", "every entry, exclusion", "every entry, optional", "open", "open, optional", "ties in any order", "ties apart",
	"tolerance", "ties in any order, both windows", "ties apart, both windows", "ties in any order, exclusion", "ties apart, exclusion", "tied times",
	"several steps", "optional", "directly", "directly, optional", "same condition", "window", "step window", "both windows", "within",
	"stop", "drop", "from to", "exclusion is step", "constant", "as of", "lost after",
	"2 steps", "3 steps", "4 steps", "no touches", "8 touches", "reached 1", "reached 2", "reached 3", "reached 4",
	"absent", "completed", "inactive", "ended", "still open", "window passed", "step window passed", "excluded", "interrupted",
	"dropped", "dropped, with constant", "dropped, then clean",
}

// features says what of oracleFeatures the case has.
func (c oracleCase) features() (names []string) {
	f := &c.f
	is := map[string]bool{}
	o := newOracle(f, &c.paths[len(c.paths)-1])
	attempts := o.attempts()
	stop, drop, part, shared, both := false, false, false, false, f.window > 0 && f.stepWindow > 0
	for _, x := range f.exclusions {
		drop, stop = drop || x.drop, stop || !x.drop
		from, to := x.span(f)
		part = part || from > 1 || to < len(f.steps)
	}
	several, optional, directly, within, same, tied := false, false, false, false, false, false
	for i, s := range f.steps {
		optional, directly, within = optional || s.optional, directly || s.directly, within || s.within > 0
		same = same || i > 0 && s.oracleCondition == f.steps[i-1].oracleCondition
	}
	for i, t := range o.touches {
		tied = tied || i > 0 && o.instant[i] == o.instant[i-1]
		does := 0
		for step := range f.steps {
			if o.does(oracleLink{i, step + 1}) {
				does++
			}
		}
		several = several || does > 1
		for _, x := range f.exclusions {
			shared = shared || does > 0 && x.met(t)
		}
	}
	is["run"], is["two paths"] = true, len(c.paths) > 1
	is[[]string{"ordered", "consecutive", "strict", "any order"}[f.order]] = true
	is[[]string{"any entry", "first entry", "every entry"}[f.entry]] = true
	is[[]string{"ties in order", "ties in any order", "ties apart"}[f.ties]] = true
	is["any order, every entry"] = is["any order"] && is["every entry"]
	is["any order, window"] = is["any order"] && f.window > 0
	is["any order, exclusion"] = is["any order"] && (stop || drop)
	is["any order, constant"] = is["any order"] && f.constant
	is["several attempts"] = len(attempts) > 1
	is["every entry, open"] = is["every entry"] && f.open
	is["every entry, constant"] = is["every entry"] && f.constant
	is["every entry, exclusion"] = is["every entry"] && (stop || drop)
	is["every entry, optional"] = is["every entry"] && optional
	is["open"], is["open, optional"] = f.open, f.open && optional
	is["tolerance"] = f.tolerance > 0
	for _, ties := range []string{"ties in any order", "ties apart"} {
		is[ties+", both windows"] = is[ties] && both
		is[ties+", exclusion"] = is[ties] && (stop || drop)
	}
	is["tied times"], is["several steps"], is["same condition"] = tied, several, same
	is["optional"], is["directly"], is["directly, optional"] = optional, directly, directly && optional
	is["window"], is["step window"], is["both windows"], is["within"] = f.window > 0, f.stepWindow > 0, both, within
	is["stop"], is["drop"], is["from to"], is["exclusion is step"] = stop, drop, part, shared
	is["constant"], is["as of"], is["lost after"] = f.constant, f.cut, f.lostAfter > 0
	is[fmt.Sprintf("%d steps", len(f.steps))] = true
	is["no touches"], is["8 touches"] = len(o.touches) == 0, len(o.touches) == 8
	for _, a := range attempts {
		is[fmt.Sprintf("reached %d", a.reached)] = true
		is[map[dropoff.Reason]string{
			dropoff.ReasonAbsent: "absent", dropoff.ReasonCompleted: "completed", dropoff.ReasonInactive: "inactive",
			dropoff.ReasonEnded: "ended", dropoff.ReasonOpen: "still open", dropoff.ReasonWindow: "window passed",
			dropoff.ReasonStepWindow: "step window passed", dropoff.ReasonExcluded: "excluded", dropoff.ReasonInterrupted: "interrupted",
		}[a.reason]] = true
	}
	_, dropped := o.firstDrop(o.chains(o.entry))
	dropped = dropped && f.entry != dropoff.EveryEntry
	is["dropped"], is["dropped, with constant"] = dropped, dropped && f.constant
	is["dropped, then clean"] = dropped && attempts[0].reason != dropoff.ReasonExcluded
	for name, has := range is {
		if has {
			names = append(names, name)
		}
	}
	return names
}

// differs says how the evaluator's answer differs from the oracle's; empty if it
// does not. It returns dst to be used again.
func (c oracleCase) differs(dst []dropoff.Attempt) (diff string, again []dropoff.Attempt) {
	defer func() {
		if r := recover(); r != nil { // so that it is shrunk as well
			diff, again = fmt.Sprintf("panic: %v\n%s", r, debug.Stack()), nil
		}
	}()
	e, err := dropoff.NewEvaluator(c.f.build())
	if refused := c.f.refused(); refused || err != nil {
		if refused != (err != nil) {
			return fmt.Sprintf("to be refused: %v; got error: %v", refused, err), dst
		}
		return "", dst
	}
	dst = dst[:0]
	var ends []int
	for i := range c.paths {
		dst = e.Evaluate(c.paths[i].build(), dst)
		ends = append(ends, len(dst))
	}
	begin := 0
	for i := range c.paths {
		if diff := newOracle(&c.f, &c.paths[i]).differs(dst[begin:ends[i]]); diff != "" {
			return fmt.Sprintf("path %d: %s", i, diff), dst
		}
		begin = ends[i]
	}
	if steps, exclusions := c.matched(); e.Matched() != steps || e.MatchedExclusions() != exclusions {
		return fmt.Sprintf("matched steps %b, exclusions %b, want %b, %b", e.Matched(), e.MatchedExclusions(), steps, exclusions), dst
	}
	return "", dst
}

// matched returns which steps and which exclusions any touch matches.
func (c oracleCase) matched() (steps, exclusions uint64) {
	for i := range c.paths {
		for _, t := range newOracle(&c.f, &c.paths[i]).touches {
			for k, s := range c.f.steps {
				if s.met(t) {
					steps |= 1 << k
				}
			}
			for k, x := range c.f.exclusions {
				if x.met(t) {
					exclusions |= 1 << k
				}
			}
		}
	}
	return steps, exclusions
}

// differs says how the attempts of one path differ from the oracle's.
func (o *oracle) differs(got []dropoff.Attempt) string {
	path, want := o.p.build(), o.attempts()
	diff := ""
	if len(got) != len(want) {
		diff = fmt.Sprintf("%d attempts, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if d := o.compare(got[i], want[i], path); d != "" && diff == "" {
			diff = fmt.Sprintf("attempt %d: %s", i, d)
		}
	}
	if diff == "" {
		return ""
	}
	diff += "\nwant:"
	for _, a := range want {
		diff += "\n  " + a.String()
	}
	diff += "\ngot:"
	for _, a := range got {
		diff += "\n  " + oracleText(a)
	}
	return diff
}

// compare says in what the attempt is not as wanted.
func (o *oracle) compare(got dropoff.Attempt, want oracleAttempt, path *journey.Path) string {
	if want.status == dropoff.NotEntered {
		if got.Status != dropoff.NotEntered || got.Reason != dropoff.ReasonAbsent || got.Entered != 0 || got.Reached != 0 ||
			got.Did != 0 || got.Dropped || len(got.Hits) != 0 || !got.Since.IsZero() || !got.Until.IsZero() {
			return "not entered: everything is to be zero"
		}
		return ""
	}
	var hits oracleChain
	for _, h := range got.Hits {
		if h.Index < 0 || h.Index >= len(o.touches) || !h.Time.Equal(path.Touchpoints[h.Index].Time) || h.ID != path.Touchpoints[h.Index].ID {
			return "a hit is not a touch of the path"
		}
		hits = append(hits, oracleLink{h.Index, h.Step})
	}
	entered := want.best[0].first().step
	if o.f.order == dropoff.AnyOrder {
		entered = 1
	} else if len(hits) > 0 {
		entered = hits.first().step
	}
	switch {
	case got.Reached != want.reached:
		return "reached"
	case got.Did != want.did:
		return "did"
	case got.Status != want.status:
		return "status"
	case got.Reason != want.reason:
		return "reason"
	case got.Dropped != want.dropped:
		return "dropped"
	case !slices.ContainsFunc(want.best, func(c oracleChain) bool { return slices.Equal(c, hits) }):
		return "hits"
	case got.Entered != entered:
		return "entered"
	case !got.Since.Equal(oracleTime(want.since)):
		return "since"
	case !got.Until.Equal(oracleTime(want.until)):
		return "until"
	}
	return ""
}

func (a oracleAttempt) String() string {
	return fmt.Sprintf("%v, %v, dropped %v, reached %d did %b, hits {touch step} %v, since %d until %d",
		a.status, a.reason, a.dropped, a.reached, a.did, a.best, a.since, a.until)
}

func oracleText(a dropoff.Attempt) string {
	var hits oracleChain
	for _, h := range a.Hits {
		hits = append(hits, oracleLink{h.Index, h.Step})
	}
	return fmt.Sprintf("%v, %v, dropped %v, entered %d reached %d did %b, hits {touch step} %v, since %v until %v",
		a.Status, a.Reason, a.Dropped, a.Entered, a.Reached, a.Did, hits, a.Since.Sub(oracleEpoch).Seconds(), a.Until.Sub(oracleEpoch).Seconds())
}
