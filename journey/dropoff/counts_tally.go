package dropoff

import (
	"math/bits"
	"slices"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// numReasons is how many reasons there are.
const numReasons = int(ReasonInterrupted) + 1

// numOutcomes is how many outcomes there are.
const numOutcomes = int(journey.Lost) + 1

// outcomeOf returns what the reason why an attempt ended makes of it.
func outcomeOf(r Reason) journey.Outcome {
	switch r {
	case ReasonCompleted:
		return journey.Converted
	case ReasonOpen:
		return journey.Open
	}
	return journey.Lost
}

// tally counts attempts. An attempt comes from the step at which it began to the
// deepest one that it reached, without leaving out a step that is not optional. So
// it is enough to count where attempts began and where they ended: who was at a
// step is the difference, see lines.
type tally struct {
	// customers are those of whom an attempt is counted here.
	customers int64
	// absent and dropped are the attempts that have no place in the steps.
	absent, dropped int64
	steps           []stepTally
	// spells are the times from the beginning of the attempts to their end, by how
	// they ended.
	spells [numOutcomes]journey.Durations

	serial uint64 // of the path that was counted last
}

// stepTally counts at one step.
type stepTally struct {
	// began are the attempts that began at the step.
	began int64
	// ended are the attempts that came to the step and no further, by reason.
	ended [numReasons]int64
	// did are those who came to the step and did it, if it is optional.
	did int64
	// between are the times from the touch of the step before to that of this one.
	between journey.Durations
}

func newTally(l *layout) *tally { return &tally{steps: make([]stepTally, l.len())} }

// add counts an attempt. Unless nil, instants are the times at which the touches of
// the path count as done.
func (t *tally) add(l *layout, a *Attempt, instants []time.Time) {
	switch {
	case a.Status == NotEntered:
		t.absent++
		return
	case a.Dropped:
		t.dropped++
		return
	}
	t.steps[a.Entered-1].began++
	t.steps[a.Reached-1].ended[a.Reason]++
	if !l.anyOrder {
		for did := a.Did; did != 0; did &= did - 1 {
			if k := bits.TrailingZeros64(did) + 1; l.isOptional(k) && a.cameTo(l, k) {
				t.steps[k-1].did++
			}
		}
	}
	for i := 1; i < len(a.Hits); i++ {
		k := a.Hits[i].Step
		if l.anyOrder {
			k = i + 1
		}
		from, to := a.Hits[i-1].Time, a.Hits[i].Time
		if instants != nil {
			from, to = instants[a.Hits[i-1].Index], instants[a.Hits[i].Index]
		}
		t.steps[k-1].between.Add(elapsed(from, to))
	}
	t.spells[outcomeOf(a.Reason)].Add(elapsed(a.Since, a.Until))
}

// cameTo reports whether the attempt came to the step: it began no later, and
// reached the last step before it that is not optional.
func (a *Attempt) cameTo(l *layout, k int) bool { return a.Entered <= k && a.Reached >= l.before(k) }

// elapsed returns the time from a to b, 0 where b is earlier: in a path that is not
// in order of time.
func elapsed(a, b time.Time) time.Duration { return max(b.Sub(a), 0) }

// merge adds what other counted.
func (t *tally) merge(other *tally) {
	t.customers += other.customers
	t.absent += other.absent
	t.dropped += other.dropped
	for i := range t.steps {
		s, o := &t.steps[i], &other.steps[i]
		s.began += o.began
		for r := range s.ended {
			s.ended[r] += o.ended[r]
		}
		s.did += o.did
		mergeDurations(&s.between, &o.between)
	}
	for i := range t.spells {
		mergeDurations(&t.spells[i], &other.spells[i])
	}
}

// mergeDurations adds the times of other, which together are no more than
// maxAttempts.
func mergeDurations(d, other *journey.Durations) {
	if err := d.Merge(other); err != nil {
		panic(err) // not reached
	}
}

// sumTallies returns what the parts, one at least, count together. Halves are
// merged with each other, because many small parts must not each move all that there
// is.
func sumTallies(parts []*tally) *tally {
	if len(parts) == 1 {
		return parts[0].clone()
	}
	half := len(parts) / 2
	sum := sumTallies(parts[:half])
	sum.merge(sumTallies(parts[half:]))
	return sum
}

// clone returns a copy that can be read concurrently. The two share the times, which
// are sorted in first.
func (t *tally) clone() *tally {
	c := *t
	c.steps = slices.Clone(t.steps)
	for i := range c.steps {
		t.steps[i].between.Compact()
		c.steps[i].between = *t.steps[i].between.Clone()
	}
	for i := range c.spells {
		t.spells[i].Compact()
		c.spells[i] = *t.spells[i].Clone()
	}
	return &c
}

// entered returns the number of attempts in the steps.
func (t *tally) entered() int64 {
	n := int64(0)
	for i := range t.steps {
		n += t.steps[i].began
	}
	return n
}

// line is what is known of one step.
type line struct {
	came, began, reached, skipped, lost, open int64
	// lostBy are the lost by reason.
	lostBy [numReasons]int64
}

// lines returns the line of every step. Let b(k) be the attempts that began
// after step k, and m(k) those that came to step k or beyond. All of the former
// are among the latter but passed k by. So m(k)-b(k) did step k, if it is not
// optional, and m(p)-b(k) came to it, where p is the last step before k that is
// not optional.
func (t *tally) lines(l *layout) []line {
	n := l.len()
	m := make([]int64, n+2)
	for k := n; k > 0; k-- {
		m[k] = m[k+1]
		for _, ended := range t.steps[k-1].ended {
			m[k] += ended
		}
	}
	m[0] = m[1]
	lines := make([]line, n)
	b := int64(0)
	for k := n; k > 0; k-- {
		s, line, before := &t.steps[k-1], &lines[k-1], l.before(k)
		line.came = m[before] - b
		line.began = s.began
		if l.isOptional(k) {
			line.reached = s.did
			line.skipped = line.came - s.did
		} else {
			line.reached = m[k] - b
			for at := max(before, 1); at < k; at++ {
				line.ended(&t.steps[at-1])
			}
		}
		b += s.began
	}
	return lines
}

// ended enters those who came no further than the step that s counts.
func (n *line) ended(s *stepTally) {
	for r, count := range s.ended {
		switch outcomeOf(Reason(r)) {
		case journey.Lost:
			n.lost += count
			n.lostBy[r] += count
		case journey.Open:
			n.open += count
		}
	}
}
