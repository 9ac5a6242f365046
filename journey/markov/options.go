package markov

import (
	"errors"
	"fmt"
)

// Options say which journeys make the chain. The zero value counts all of them
// and refuses closed states.
type Options struct {
	// Nulls says whether journeys that did not convert are counted.
	Nulls Nulls
	// Closed says what Fit does about closed states. It is no part of the
	// counts: neither merged nor written.
	Closed Closed
}

// Validate reports all that is wrong with the options.
func (o Options) Validate() error {
	var errs []error
	if int(o.Nulls) >= len(nullsNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.Nulls))
	}
	if int(o.Closed) >= len(closedNames) {
		errs = append(errs, fmt.Errorf("%w: %v", ErrOption, o.Closed))
	}
	return errors.Join(errs...)
}

// Nulls says whether journeys that did not convert are counted.
type Nulls uint8

const (
	// IncludeNulls counts all journeys. Removal effects are then parts of the
	// conversions that the whole traffic brings; this is what the literature
	// does (Anderl and others 2016).
	IncludeNulls Nulls = iota
	// ExcludeNulls counts converting journeys only, for data that has no
	// others. Every journey of the chain converts.
	ExcludeNulls
)

var nullsNames = [...]string{IncludeNulls: "include", ExcludeNulls: "exclude"}

// String returns "include" or "exclude".
func (n Nulls) String() string { return enumString(nullsNames[:], "Nulls", uint8(n)) }

// MarshalText returns "include" or "exclude".
func (n Nulls) MarshalText() ([]byte, error) { return enumText(nullsNames[:], "Nulls", uint8(n)) }

// UnmarshalText is the inverse of [Nulls.MarshalText].
func (n *Nulls) UnmarshalText(text []byte) error {
	v, err := enumParse(nullsNames[:], "Nulls", text)
	if err == nil {
		*n = Nulls(v)
	}
	return err
}

// Closed says what [Counts.Fit] does about closed states: channels from which,
// as far as the open journeys show, no end can be reached.
type Closed uint8

const (
	// RefuseClosed makes closed states an error, a [*ClosedError].
	RefuseClosed Closed = iota
	// CensorClosed drops the transitions into closed states, as if the open
	// journeys that went there had been cut off before. [Chain.Dropped] names
	// the states.
	CensorClosed
)

var closedNames = [...]string{RefuseClosed: "refuse", CensorClosed: "censor"}

// String returns "refuse" or "censor".
func (c Closed) String() string { return enumString(closedNames[:], "Closed", uint8(c)) }

// MarshalText returns "refuse" or "censor".
func (c Closed) MarshalText() ([]byte, error) { return enumText(closedNames[:], "Closed", uint8(c)) }

// UnmarshalText is the inverse of [Closed.MarshalText].
func (c *Closed) UnmarshalText(text []byte) error {
	v, err := enumParse(closedNames[:], "Closed", text)
	if err == nil {
		*c = Closed(v)
	}
	return err
}

func enumString(names []string, kind string, v uint8) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", kind, v)
}

func enumText(names []string, kind string, v uint8) ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("%w: %s(%d)", ErrOption, kind, v)
	}
	return []byte(names[v]), nil
}

func enumParse(names []string, kind string, text []byte) (int, error) {
	for i, name := range names {
		if string(text) == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: no such %s: %q", ErrOption, kind, text)
}
