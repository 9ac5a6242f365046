package dropoff_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/dropoff"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// oracleCase is one question to both, the oracle and the evaluator, which
// evaluates the paths one after the other.
type oracleCase struct {
	f     oracleFunnel
	paths []oraclePath
}

var oracleEpoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func oracleSeconds(n int) time.Duration { return time.Duration(n) * time.Second }

func oracleTime(n int) time.Time { return oracleEpoch.Add(oracleSeconds(n)) }

func oracleLetters[T ~string](letters string) (names []T) {
	for _, r := range letters {
		names = append(names, T(r))
	}
	return names
}

func (c oracleCondition) function() func(*touchpoint.Touchpoint) bool {
	if c.match == "" {
		return nil
	}
	return func(t *touchpoint.Touchpoint) bool { return strings.ContainsAny(string(t.Kind), c.match) }
}

func (f *oracleFunnel) build() dropoff.Funnel {
	g := dropoff.Funnel{
		Order: f.order, Entry: f.entry, Open: f.open, Ties: f.ties,
		Window: oracleSeconds(f.window), StepWindow: oracleSeconds(f.stepWindow),
		Tolerance: oracleSeconds(f.tolerance), LostAfter: oracleSeconds(f.lostAfter),
	}
	for i, s := range f.steps {
		g.Steps = append(g.Steps, dropoff.Step{
			Name:  "step " + strconv.Itoa(i+1),
			Kinds: oracleLetters[touchpoint.Kind](s.kinds), Channels: oracleLetters[touchpoint.Channel](s.channels),
			Stages: oracleLetters[stage.Stage](s.stages), Match: s.function(),
			Optional: s.optional, Directly: s.directly, Within: oracleSeconds(s.within),
		})
	}
	for i, x := range f.exclusions {
		g.Exclusions = append(g.Exclusions, dropoff.Exclusion{
			Name:  "exclusion " + strconv.Itoa(i+1),
			Kinds: oracleLetters[touchpoint.Kind](x.kinds), Channels: oracleLetters[touchpoint.Channel](x.channels),
			Stages: oracleLetters[stage.Stage](x.stages), Match: x.function(),
			From: x.from, To: x.to, Drop: x.drop,
		})
	}
	if f.constant {
		g.Constant = func(t *touchpoint.Touchpoint) string { return t.Properties["order"] }
	}
	if f.cut {
		g.AsOf = oracleTime(f.asOf)
	}
	return g
}

func (p *oraclePath) build() *journey.Path {
	q := &journey.Path{Customer: "c", Outcome: p.outcome}
	if p.outcome == journey.Converted {
		q.Conversions = 1
	}
	if p.ended {
		q.End = oracleTime(p.end)
	}
	for i, t := range p.touches {
		u := touchpoint.Touchpoint{
			Customer: "c", Time: oracleTime(t.at), Seq: int64(i),
			Kind: touchpoint.Kind(t.kind), Channel: touchpoint.Channel(t.channel), Stage: stage.Stage(t.stage),
		}
		u.ID[15] = byte(i + 1)
		if t.key != "" {
			u.Properties = map[string]string{"order": t.key}
		}
		q.Touchpoints = append(q.Touchpoints, u)
	}
	return q
}

// refused reports whether [dropoff.Funnel.Validate] must refuse the funnel, of
// those that oracleRandom makes.
func (f *oracleFunnel) refused() bool {
	sequential := f.order == dropoff.Strict || f.order == dropoff.Consecutive
	anyOrder := f.order == dropoff.AnyOrder
	bad := f.steps[0].optional || f.steps[0].directly || f.steps[len(f.steps)-1].optional ||
		f.lostAfter > 0 && !f.cut ||
		f.tolerance > 0 && (f.ties == dropoff.TiesInOrder || anyOrder) ||
		f.entry == dropoff.EveryEntry && f.ties != dropoff.TiesInOrder ||
		sequential && f.ties != dropoff.TiesInOrder ||
		anyOrder && (f.stepWindow > 0 || f.open)
	for _, s := range f.steps {
		bad = bad || s.directly && f.ties != dropoff.TiesInOrder ||
			anyOrder && (s.directly || s.optional || s.within > 0)
	}
	for _, x := range f.exclusions {
		from, to := x.span(f)
		bad = bad || from >= to || to > len(f.steps) || anyOrder && (x.from > 0 || x.to > 0)
		for _, s := range f.steps {
			bad = bad || x.match == "" && x.oracleCondition == s.oracleCondition
		}
	}
	return bad
}

// String describes the case such that it can be written down as a test: the
// steps "kinds@channels#stages~match?!<within", the exclusions
// "condition:from-to!" and the touches "kind@channel#stage time key".
func (c oracleCase) String() string {
	var b strings.Builder
	f := &c.f
	b.WriteString("steps")
	for _, s := range f.steps {
		b.WriteString(" " + s.text())
		if s.optional {
			b.WriteString("?")
		}
		if s.directly {
			b.WriteString("!")
		}
		if s.within > 0 {
			fmt.Fprintf(&b, "<%d", s.within)
		}
	}
	for _, x := range f.exclusions {
		from, to := x.span(f)
		fmt.Fprintf(&b, "; not %s:%d-%d", x.text(), from, to)
		if x.drop {
			b.WriteString(" drop")
		}
	}
	fmt.Fprintf(&b, "; %v, entry %v, ties %v",
		f.order, f.entry, f.ties)
	for name, n := range oracleSettings(f) {
		if n != 0 {
			fmt.Fprintf(&b, ", %s %d", name, n)
		}
	}
	for _, p := range c.paths {
		b.WriteString("\ntouches")
		for i, t := range p.touches {
			fmt.Fprintf(&b, " [%d] %s@%s#%s %ds", i, t.kind, t.channel, t.stage, t.at)
			if f.constant {
				fmt.Fprintf(&b, " key %q", t.key)
			}
		}
		fmt.Fprintf(&b, "; outcome %v", p.outcome)
		if p.ended {
			fmt.Fprintf(&b, " at %d", p.end)
		}
	}
	return b.String()
}

func (c oracleCondition) text() string {
	s := c.kinds
	for _, part := range [][2]string{{"@", c.channels}, {"#", c.stages}, {"~", c.match}} {
		if part[1] != "" {
			s += part[0] + part[1]
		}
	}
	return s
}

func oracleSettings(f *oracleFunnel) func(yield func(string, int) bool) {
	flag := map[bool]int{true: 1}
	asOf := 0
	if f.cut {
		asOf = f.asOf
	}
	settings := []struct {
		name string
		n    int
	}{
		{"open", flag[f.open]},
		{"window", f.window},
		{"step window", f.stepWindow},
		{"constant", flag[f.constant]},
		{"tolerance", f.tolerance},
		{"cut", flag[f.cut]},
		{"as of", asOf},
		{"lost after", f.lostAfter},
	}
	return func(yield func(string, int) bool) {
		for _, s := range settings {
			if !yield(s.name, s.n) {
				return
			}
		}
	}
}
