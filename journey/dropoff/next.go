package dropoff

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/journey"
)

// NextCounts counts what those who were lost at a step did next, and, to compare,
// what those did next who went on to it: the value of a key of the very next touch
// after the one by which they first had come to the step, having done the last
// one before it that is not optional.
//
// Only one touch of each customer is compared, after the same event. So both sides
// have had the same time to do it. (In any order there is no such event: there it is
// the touch after those that count, of a best choice of them.) To compare all that customers did until they converted
// or the data ends, as correlation reports of some tools do, would find anything
// that happens now and then among the lost only, who are watched for longer.
//
// NextCounts is an accumulator: Add paths, Merge the counts of other shards, then
// Result. It is not safe for concurrent use.
type NextCounts struct {
	funnel      Funnel
	key         journey.Key
	layout      *layout
	description []byte
	evaluator   *Evaluator
	// came tells, for each step but the first, when somebody had first come to it: an
	// evaluator of the steps up to the one before. It is nil for optional steps and
	// in any order.
	came    []*Evaluator
	scratch []Attempt
	first   []Attempt

	attempts int64 // bounds every count
	steps    []nextStep
}

// nextStep counts for one step.
type nextStep struct {
	// nothing are the lost without any further touch, untraced those of whom the
	// last touch that counted is not known.
	nothing, untraced int64
	values            map[string]*nextValue
}

// nextValue counts for one value of the key.
type nextValue struct{ lost, wentOn int64 }

// NewNextCounts returns empty counts of what customers do next in a funnel, by the
// key; nil means [journey.ByEvent]. The error is that of [Funnel.Validate].
func NewNextCounts(f Funnel, key journey.Key) (*NextCounts, error) {
	f.Steps = slices.Clone(f.Steps)
	f.Exclusions = slices.Clone(f.Exclusions)
	evaluator, err := NewEvaluator(f)
	if err != nil {
		return nil, err
	}
	if key == nil {
		key = journey.ByEvent
	}
	c := newNextCounts(f, key, evaluator)
	for k := 2; k <= len(f.Steps) && !c.layout.anyOrder; k++ {
		if c.layout.isOptional(k) {
			continue
		}
		if c.came[k-1], err = NewEvaluator(f.upTo(c.layout.before(k))); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// upTo returns the funnel of the first n steps, which begins an attempt where f does
// if the path begins there.
func (f Funnel) upTo(n int) Funnel {
	all := len(f.Steps)
	f.Steps = f.Steps[:n]
	if f.Entry == EveryEntry {
		f.Entry = FirstEntry
	}
	var within []Exclusion
	for _, x := range f.Exclusions {
		if x.From, x.To = x.between(all); x.From < n {
			x.To = min(x.To, n)
			within = append(within, x)
		}
	}
	f.Exclusions = within
	return f
}

func newNextCounts(f Funnel, key journey.Key, evaluator *Evaluator) *NextCounts {
	c := &NextCounts{
		funnel: f, key: key, layout: layoutOf(&f), description: describe(&f, nil), evaluator: evaluator,
		steps: make([]nextStep, len(f.Steps)), came: make([]*Evaluator, len(f.Steps)),
	}
	for i := range c.steps {
		c.steps[i].values = make(map[string]*nextValue)
	}
	return c
}

// Add counts the path of a customer. The error is [journey.ErrOverflow]; nothing
// has changed then.
func (c *NextCounts) Add(p *journey.Path) error {
	c.scratch = c.evaluator.Evaluate(p, c.scratch[:0])
	if int64(len(c.scratch)) > maxAttempts-c.attempts {
		return journey.ErrOverflow
	}
	c.attempts += int64(len(c.scratch))
	for i := range c.scratch {
		a := &c.scratch[i]
		if !a.Dropped {
			c.add(p, a)
		}
	}
	return nil
}

func (c *NextCounts) add(p *journey.Path, a *Attempt) {
	for i := 1; i < len(a.Hits); i++ {
		k := a.Hits[i].Step
		if c.layout.anyOrder {
			k = i + 1
		}
		if c.layout.isOptional(k) {
			continue
		}
		last, traced := c.moment(k, p, a)
		if !traced {
			last = lastIndex(a.Hits[:i])
		}
		if v := c.value(k, p, last); v != nil {
			v.wentOn++
		}
	}
	at, lost := c.layout.lostAt(a)
	if !lost {
		return
	}
	last, traced := c.moment(at, p, a)
	if !traced {
		last, traced = c.layout.lastHit(a)
	}
	if !traced {
		c.steps[at-1].untraced++
	} else if v := c.value(at, p, last); v != nil {
		v.lost++
	} else {
		c.steps[at-1].nothing++
	}
}

// moment returns the index of the touch by which the attempt had first come to step k,
// and whether it can be told.
func (c *NextCounts) moment(k int, p *journey.Path, a *Attempt) (int, bool) {
	if c.came[k-1] == nil || len(a.Hits) == 0 {
		return 0, false
	}
	from, part := 0, p
	if c.funnel.Entry != AnyEntry {
		sub := *p
		from = a.Hits[0].Index
		sub.Touchpoints, part = p.Touchpoints[from:], &sub
	}
	c.first = c.came[k-1].Evaluate(part, c.first[:0])
	first := &c.first[0]
	if last, traced := c.layout.lastHit(first); traced && first.Reached == c.layout.before(k) && !first.Dropped {
		return from + last, true
	}
	return 0, false
}

// value returns the count at the step of what comes after the touch with the index,
// nil if nothing does.
func (c *NextCounts) value(step int, p *journey.Path, index int) *nextValue {
	for i := index + 1; i < len(p.Touchpoints); i++ {
		if t := &p.Touchpoints[i]; exists(t.Time, c.funnel.AsOf) {
			return c.valueOf(step, c.key(t))
		}
	}
	return nil
}

func (c *NextCounts) valueOf(step int, text string) *nextValue {
	values := c.steps[step-1].values
	v := values[text]
	if v == nil {
		v = new(nextValue)
		values[strings.Clone(text)] = v
	}
	return v
}

// Merge adds what other counted; other stays as it is. The error is [ErrMismatch],
// unless all settings of the funnels are equal (functions, the key among them,
// cannot be compared), or [journey.ErrOverflow]. Nothing has changed then.
func (c *NextCounts) Merge(other *NextCounts) error {
	if !bytes.Equal(c.description, other.description) {
		return ErrMismatch
	}
	if other.attempts > maxAttempts-c.attempts {
		return journey.ErrOverflow
	}
	c.attempts += other.attempts
	for i := range other.steps {
		s, o := &c.steps[i], &other.steps[i]
		s.nothing += o.nothing
		s.untraced += o.untraced
		for text, v := range o.values {
			w := c.valueOf(i+1, text)
			w.lost += v.lost
			w.wentOn += v.wentOn
		}
	}
	return nil
}
