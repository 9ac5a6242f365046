package dropoff

import (
	"errors"
	"fmt"
	"time"

	"github.com/cjm-go/cjm/internal/enum"

	"github.com/cjm-go/cjm/journey"
)

// Group divides what [Counts] counts by the values of a key.
type Group struct {
	// Name is the name of the group in reports, not empty and unlike all others.
	Name string
	// Key says the value of a touch.
	Key journey.Key
	// Of says which touch gives the value.
	Of Which
}

// Which says which touch of a path gives the value of a [Group].
type Which uint8

const (
	// AtEntry: the touch with which the attempt began. The value of one who did
	// not enter is not known, nor is that of an attempt of which a tool that the
	// funnel is [Like] keeps no touches. It is what was so before anything that
	// the funnel counts happened, so it is the safe choice.
	AtEntry Which = iota
	// FirstKnown: the first touch of the path, up to AsOf, whose value is known.
	FirstKnown
	// LastKnown: the last touch of the path, up to AsOf, whose value is known. It may
	// come after the outcome, and depend on it.
	LastKnown
)

var whichNames = []string{AtEntry: "entry", FirstKnown: "first", LastKnown: "last"}

// String returns "entry", "first" or "last".
func (w Which) String() string { return enum.String("Which", whichNames, w) }

// MarshalText returns the text of [Which.String].
func (w Which) MarshalText() ([]byte, error) {
	return enum.Text("dropoff", "touch of a path", whichNames, w)
}

// UnmarshalText is the inverse of [Which.MarshalText].
func (w *Which) UnmarshalText(text []byte) error {
	return enum.Parse("dropoff", "touch of a path", whichNames, text, w)
}

// validateGroups reports all that is wrong with groups.
func validateGroups(groups []Group) error {
	var errs []error
	names := make(map[string]bool)
	for i, g := range groups {
		bad := func(reason string) {
			errs = append(errs, fmt.Errorf("dropoff: group %d, %q: %s", i+1, g.Name, reason))
		}
		if g.Name == "" {
			bad("no name")
		} else if names[g.Name] {
			bad("another group has the name")
		}
		names[g.Name] = true
		if g.Key == nil {
			bad("no key")
		}
		if int(g.Of) >= len(whichNames) {
			bad("no such touch of a path")
		}
	}
	return errors.Join(errs...)
}

// ofPath returns the value that the path has whatever its attempts are.
func (g *Group) ofPath(p *journey.Path, asOf time.Time) string {
	touches := p.Touchpoints
	for i := range touches {
		t := &touches[i]
		if g.Of == LastKnown {
			t = &touches[len(touches)-1-i]
		}
		if !exists(t.Time, asOf) {
			continue
		}
		if v := g.Key(t); v != "" {
			return v
		}
	}
	return ""
}

// ofAttempt returns the value of the touch with which the attempt began.
func (g *Group) ofAttempt(p *journey.Path, a *Attempt) string {
	if len(a.Hits) == 0 {
		return ""
	}
	return g.Key(&p.Touchpoints[a.Hits[0].Index])
}

// exists reports whether the analysis sees a touch of that time.
func exists(at, asOf time.Time) bool { return asOf.IsZero() || !at.After(asOf) }
