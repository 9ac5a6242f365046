package dropoff

import (
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// stageWalk is what is known of a path while it is walked.
type stageWalk struct {
	seen []stageSeen // by stage
	// stage is that of the current stay, -1 before the first, and since when it is.
	stage int
	since time.Time
	// last is the time of the last touch that exists.
	last time.Time
}

// stageSeen says what happened at a stage.
type stageSeen struct{ reached, fellFrom, fellTo bool }

// Add counts the path of a customer. The path is read only and not kept. The error
// is [journey.ErrOverflow]; nothing has changed then.
func (c *StageCounts) Add(p *journey.Path) error {
	if c.paths >= maxAttempts || int64(len(p.Touchpoints)) > maxAttempts-c.touches() {
		return journey.ErrOverflow
	}
	for _, f := range c.parts() {
		if err := f.Add(p); err != nil {
			return err // of the first, if any: they count the same paths
		}
	}
	c.paths++
	clear(c.walk.seen)
	c.walk = stageWalk{seen: c.walk.seen, stage: -1}
	for i := range p.Touchpoints {
		c.touch(&p.Touchpoints[i])
	}
	if c.walk.stage < 0 {
		c.unstaged++
		return nil
	}
	c.end(p)
	c.enterSeen()
	return nil
}

// touch counts one touch.
func (c *StageCounts) touch(t *touchpoint.Touchpoint) {
	if !exists(t.Time, c.options.AsOf) {
		c.later++
		return
	}
	w := &c.walk
	w.last = t.Time
	at, ok := c.index[t.Stage]
	switch {
	case t.Stage == "":
		c.without++
		return
	case !ok:
		c.elsewhere++
		return
	}
	c.in++
	if !w.seen[at].reached {
		w.seen[at].reached = true
		c.stages[at].reached[min(int(t.Setting), numSettings)%numSettings]++
	}
	if at == w.stage {
		return
	}
	if from := w.stage; from >= 0 {
		c.stages[from].stays.Add(elapsed(w.since, t.Time))
		c.stages[from].moves[at]++
		if c.back(from, at) {
			w.seen[from].fellFrom, w.seen[at].fellTo = true, true
		}
	}
	w.stage, w.since = at, t.Time
}

// back reports whether a move is one to an earlier stage.
func (c *StageCounts) back(from, to int) bool { return to < from && c.ordered[from] && c.ordered[to] }

// end counts the end of the journey, or that it is open.
func (c *StageCounts) end(p *journey.Path) {
	w, t := &c.walk, &c.stages[c.walk.stage]
	outcome, until := c.outcome(p)
	t.last[outcome]++
	if outcome == journey.Open {
		t.open.Add(elapsed(w.since, until))
	} else {
		t.stays.Add(elapsed(w.since, until))
	}
}

// outcome returns how the path, which has touches, stands at AsOf, and when it ended or
// up to when it was watched: an end, like a touch, is not seen if it comes later, nor
// one without a time if a touch comes later.
func (c *StageCounts) outcome(p *journey.Path) (journey.Outcome, time.Time) {
	asOf, last := c.options.AsOf, c.walk.last
	seen := exists(p.End, asOf) && exists(p.Touchpoints[len(p.Touchpoints)-1].Time, asOf)
	switch {
	case p.Outcome != journey.Open && p.Outcome <= journey.Lost && seen:
		if p.End.After(last) {
			last = p.End
		}
		return p.Outcome, last
	case asOf.IsZero():
		return journey.Open, last
	case c.options.LostAfter > 0 && asOf.Sub(last) >= c.options.LostAfter:
		return journey.Lost, last
	}
	return journey.Open, asOf
}

// enterSeen counts what is counted once a path.
func (c *StageCounts) enterSeen() {
	buyer, customer, later := false, false, false
	for i := len(c.stages) - 1; i >= 0; i-- {
		t, seen := &c.stages[i], &c.walk.seen[i]
		if seen.fellFrom {
			t.fellFrom++
		}
		if seen.fellTo {
			t.fellTo++
		}
		if seen.reached {
			switch c.model.Steps[i].Phase {
			case stage.PrePurchase, stage.AtPurchase:
				buyer = true
			case stage.PostPurchase:
				customer = true
			}
		}
		switch {
		case !c.ordered[i]:
		case !seen.reached && later:
			t.skipped++
		case seen.reached && !later:
			t.furthest++
			later = true
		}
	}
	if buyer {
		c.buyers++
	}
	if customer {
		c.customers++
	}
}
