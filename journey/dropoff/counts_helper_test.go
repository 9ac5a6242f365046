package dropoff

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// countsFunnel returns a funnel whose steps are channels; "?" behind one makes it
// optional.
func countsFunnel(steps ...string) Funnel {
	var f Funnel
	for _, name := range steps {
		optional := name[len(name)-1] == '?'
		if optional {
			name = name[:len(name)-1]
		}
		f.Steps = append(f.Steps, Step{Name: name, Channels: []touchpoint.Channel{touchpoint.Channel(name)}, Optional: optional})
	}
	return f
}

// countsOf returns counts of the paths that the lines describe.
func countsOf(t *testing.T, f Funnel, groups []Group, lines ...string) *Counts {
	t.Helper()
	c, err := NewCounts(f, groups...)
	require.NoError(t, err)
	for _, line := range lines {
		p := journeytest.Path(line)
		require.NoError(t, c.Add(&p))
	}
	return c
}

func countsReport(t *testing.T, c *Counts) *Report {
	t.Helper()
	r, err := c.Report()
	require.NoError(t, err)
	return r
}

func countsBytes(t *testing.T, c interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	return b
}

// countsRows returns entered, reached, skipped, lost, open and started of each line.
func countsRows(r *Report) [][6]int64 {
	var rows [][6]int64
	for s := range r.Steps() {
		rows = append(rows, [6]int64{s.Entered, s.Reached, s.Skipped, s.Lost, s.Open, s.Started})
	}
	return rows
}

// countsPath returns a random path over the channels a to f, some of them offline, with
// ties; steps up to an hour apart.
func countsPath(rng *rand.Rand) journey.Path {
	p := journey.Path{Customer: "c", Outcome: journey.Outcome(rng.IntN(3))}
	at := journeytest.Start()
	for range rng.IntN(9) {
		at = at.Add(time.Duration(rng.IntN(4)) * 20 * time.Minute)
		t := touchpoint.Touchpoint{Time: at, Channel: touchpoint.Channel("abcdef"[rng.IntN(6):][:1])}
		t.Setting = touchpoint.Setting(rng.IntN(3))
		if rng.IntN(2) == 0 {
			t.Campaign.Code = "xyz"[rng.IntN(3):][:1]
		}
		p.Touchpoints = append(p.Touchpoints, t)
	}
	p.End = at
	if p.Outcome == journey.Converted {
		p.Conversions, p.End = 1, at.Add(time.Minute)
	}
	return p
}

// countsAttempt returns a random attempt that may come from a funnel of the layout.
func countsAttempt(rng *rand.Rand, l *layout, open bool) Attempt {
	n := l.len()
	if rng.IntN(6) == 0 {
		return Attempt{}
	}
	a := Attempt{Entered: 1, Since: journeytest.Start().Add(time.Duration(rng.IntN(5)) * time.Minute)}
	if open {
		a.Entered = 1 + rng.IntN(n)
	}
	a.Reached = a.Entered + rng.IntN(n-a.Entered+1)
	a.Until = a.Since.Add(time.Duration(rng.IntN(9)) * time.Minute)
	at := a.Since
	for k := a.Entered; k <= a.Reached; k++ {
		if l.isOptional(k) && k != a.Entered && k != a.Reached && rng.IntN(2) == 0 {
			continue
		}
		a.Did |= 1 << (k - 1)
		a.Hits = append(a.Hits, Hit{Step: k, Index: len(a.Hits), Time: at})
		at = at.Add(time.Duration(rng.IntN(5)) * time.Minute)
	}
	for k := 1; k <= n; k++ { // done on some other way than the best
		if l.isOptional(k) && rng.IntN(3) == 0 {
			a.Did |= 1 << (k - 1)
		}
	}
	switch {
	case a.Reached == n:
		a.Status, a.Reason = Completed, ReasonCompleted
	case rng.IntN(8) == 0:
		a.Status, a.Reason, a.Dropped = Excluded, ReasonExcluded, true
	default:
		a.Reason = []Reason{ReasonInactive, ReasonEnded, ReasonOpen, ReasonWindow, ReasonStepWindow, ReasonExcluded, ReasonInterrupted}[rng.IntN(7)]
		switch a.Reason {
		case ReasonOpen:
			a.Status = StillOpen
		case ReasonWindow, ReasonStepWindow:
			a.Status = TimedOut
		case ReasonExcluded:
			a.Status = Excluded
		default:
			a.Status = Lost
		}
	}
	return a
}

// countsQuantile is the quantile of a list, the plain way.
func countsQuantile(all []time.Duration, p float64) time.Duration {
	all = slices.Sorted(slices.Values(all))
	for i, d := range all {
		if float64(i+1)/float64(len(all)) >= p {
			return d
		}
	}
	return all[len(all)-1]
}
