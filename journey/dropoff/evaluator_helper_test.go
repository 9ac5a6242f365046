package dropoff

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// second returns the time of second n of the tests.
func second(n int) time.Time { return time.Unix(1_700_000_000+int64(n), 0).UTC() }

// mark matches the touches whose kind holds the letter.
func mark(letter string) func(*touchpoint.Touchpoint) bool {
	return func(t *touchpoint.Touchpoint) bool { return strings.Contains(string(t.Kind), letter) }
}

// letters returns a funnel with a step for each letter, in order of which those
// with ? behind are optional and those with ! directly. Behind a space come
// exclusions, one a letter.
func letters(text string) Funnel {
	var f Funnel
	steps, exclusions, _ := strings.Cut(text, " ")
	for _, c := range steps {
		switch c {
		case '?':
			f.Steps[len(f.Steps)-1].Optional = true
		case '!':
			f.Steps[len(f.Steps)-1].Directly = true
		default:
			f.Steps = append(f.Steps, Step{Name: fmt.Sprint(len(f.Steps)+1, string(c)), Match: mark(string(c))})
		}
	}
	for _, c := range exclusions {
		f.Exclusions = append(f.Exclusions, Exclusion{Name: "not " + string(c), Match: mark(string(c))})
	}
	return f
}

var tokenRE = regexp.MustCompile(`^([A-Za-z]+)(-?\d+)(?:/(\w+))?$`)

// trace returns the path of a text such as "A1 BX3/k": a touch at second 1 that
// matches A, one at second 3 that matches B and X, over the channel k.
func trace(text string) journey.Path {
	p := journey.Path{Customer: "c", Outcome: journey.Lost}
	for i, token := range strings.Fields(text) {
		m := tokenRE.FindStringSubmatch(token)
		if m == nil {
			panic(token)
		}
		at, _ := strconv.Atoi(m[2])
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{
			ID: uuid.UUID{15: byte(i + 1)}, Time: second(at), Kind: touchpoint.Kind(m[1]), Channel: touchpoint.Channel(m[3]),
		})
		p.End = second(at)
	}
	return p
}

// verdict writes an attempt in one line: status/reason, the steps entered and
// reached, the touches (by index) of its hits with their steps, when it began and
// ended, and what it did if that is not just the steps up to the one reached.
func verdict(a Attempt) string {
	if a.Status == NotEntered {
		return "absent"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v", a.Status)
	if a.Status.String() != a.Reason.String() {
		fmt.Fprintf(&b, "/%v", a.Reason)
	}
	if a.Dropped {
		b.WriteString(" dropped")
	}
	if a.Entered == 0 { // a tool that does not say more
		return b.String()
	}
	fmt.Fprintf(&b, " %d-%d", a.Entered, a.Reached)
	for i, h := range a.Hits {
		if h.Step != i+a.Entered || i > 0 && a.Entered > 1 {
			fmt.Fprintf(&b, " %d:%d", h.Index, h.Step)
		} else {
			fmt.Fprintf(&b, " %d", h.Index)
		}
	}
	fmt.Fprintf(&b, " at %d to %d", a.Since.Unix()-second(0).Unix(), a.Until.Unix()-second(0).Unix())
	if a.Did != below(a.Reached+1)&^below(a.Entered) {
		fmt.Fprintf(&b, " did %b", a.Did)
	}
	return b.String()
}

// verdicts evaluates the path and writes its attempts, a line each.
func verdicts(t *testing.T, f Funnel, p journey.Path) string {
	t.Helper()
	e, err := NewEvaluator(f)
	require.NoError(t, err)
	var lines []string
	for _, a := range e.Evaluate(&p, nil) {
		lines = append(lines, verdict(a))
		for _, h := range a.Hits {
			touch := &p.Touchpoints[h.Index]
			require.Equal(t, touch.ID, h.ID)
			require.Equal(t, touch.Time, h.Time)
		}
	}
	return strings.Join(lines, "\n")
}

// ruling is a trace and what is to come of it.
type ruling struct {
	name  string
	steps string // see letters
	set   func(*Funnel)
	trace string // see trace
	want  string // see verdict, attempts after | each
}

func (r *ruling) funnel() Funnel {
	f := letters(r.steps)
	if r.set != nil {
		r.set(&f)
	}
	return f
}

func testRulings(t *testing.T, rulings []ruling) {
	t.Helper()
	for _, r := range rulings {
		t.Run(r.name, func(t *testing.T) {
			require.Equal(t, strings.ReplaceAll(r.want, " | ", "\n"), verdicts(t, r.funnel(), trace(r.trace)), "%s", r.trace)
		})
	}
}

func window(seconds int) func(*Funnel) {
	return func(f *Funnel) { f.Window = time.Duration(seconds) * time.Second }
}
