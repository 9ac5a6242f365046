package journeytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// Start is when the first touch of a journey happens: 2024-01-01T00:00:00Z.
func Start() time.Time { return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) }

// defaultGap is the time between two elements of a line.
const defaultGap = time.Hour

// Path returns the journey that the line describes. It panics if the line is not
// in the notation.
func Path(text string) journey.Path {
	p, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return p
}

// Parse is [Path] for a line that may be wrong. The error is a [*SyntaxError].
func Parse(text string) (journey.Path, error) {
	l, err := scan(text)
	if err != nil {
		return journey.Path{}, err
	}
	if l.times > 0 {
		return journey.Path{}, errTimes(text)
	}
	return l.path(1)
}

// errTimes tells that there is a "* times" where there may be none. Nothing but
// digits and space comes behind the star.
func errTimes(text string) error {
	for i := len(text) - 1; ; i-- {
		if text[i] == '*' {
			return &SyntaxError{Column: i + 1, Msg: "only Counted takes * and a number"}
		}
	}
}

// clock is where in time a customer is.
type clock struct {
	now   time.Time
	begun bool
	seq   int64 // of the next touchpoint
}

// step moves on to the next element.
func (c *clock) step(g gap) error {
	switch {
	case !c.begun:
		c.now, c.begun = Start(), true
	case !g.given:
		g.Duration = defaultGap
	}
	c.now = c.now.Add(g.Duration)
	if c.now.Year() > 9999 {
		return &SyntaxError{Column: 1, Msg: "the journey runs beyond the year 9999"}
	}
	return nil
}

// event returns the touchpoint t of the customer, with the time, the sequence
// number and the id that are due.
func (c *clock) event(customer string, t touchpoint.Touchpoint) touchpoint.Touchpoint {
	t.Customer, t.Time, t.Seq = customer, c.now, c.seq
	c.seq++
	t.ID = t.ContentID()
	return t
}

// name returns the customer of the n-th line, counted from 1.
func (l *line) name(n int) string {
	if l.customer != nil {
		return *l.customer
	}
	return fmt.Sprintf("customer-%d", n)
}

// path returns the journey of the n-th line.
func (l *line) path(n int) (journey.Path, error) {
	var c clock
	p := journey.Path{Customer: l.name(n), Outcome: l.outcome}
	touches, err := l.walk(&c, p.Customer)
	if err != nil {
		return journey.Path{}, err
	}
	p.Touchpoints = touches
	if l.outcome == journey.Converted {
		if err := c.step(l.endGap); err != nil {
			return journey.Path{}, err
		}
		p.Conversions, p.Value, p.Currency = 1, l.value, l.currency
	}
	p.End = c.now
	return p, nil
}

// walk returns the touches of the line, beginning where the customer is.
func (l *line) walk(c *clock, customer string) ([]touchpoint.Touchpoint, error) {
	var touches []touchpoint.Touchpoint
	for _, t := range l.touches {
		if err := c.step(t.gap); err != nil {
			return nil, err
		}
		setting := touchpoint.Online
		if t.offline {
			setting = touchpoint.Offline
		}
		touches = append(touches, c.event(customer, touchpoint.Touchpoint{
			Channel: touchpoint.Channel(t.channel), Setting: setting, Stage: stage.Stage(t.stage),
		}))
	}
	return touches, nil
}

// mustScan is scan for the i-th of several arguments.
func mustScan(text string, i int) line {
	l, err := scan(text)
	must(err, i)
	return l
}

// must panics, naming the argument, if there is an error.
func must(err error, i int) {
	if err == nil {
		return
	}
	if syntax := (*SyntaxError)(nil); errors.As(err, &syntax) {
		err = &SyntaxError{Column: syntax.Column, Msg: fmt.Sprintf("%s (line %d of the arguments)", syntax.Msg, i+1)}
	}
	panic(err)
}
