package attribution

import (
	"errors"
	"fmt"
	"slices"
)

// Method says how intervals are found.
type Method uint8

const (
	// ByDelta is the delta method in closed form, see [Delta].
	ByDelta Method = iota
	// BySandwich is the sandwich over customers, see [Sandwich].
	BySandwich
	// ByBootstrap is the Poisson bootstrap, see [Bootstrap].
	ByBootstrap
)

var methodNames = [...]string{ByDelta: "delta", BySandwich: "sandwich", ByBootstrap: "bootstrap"}

// String returns "delta", "sandwich" or "bootstrap".
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// MarshalText returns "delta", "sandwich" or "bootstrap".
func (m Method) MarshalText() ([]byte, error) {
	if int(m) >= len(methodNames) {
		return nil, fmt.Errorf("%w: %v", ErrConfig, m)
	}
	return []byte(methodNames[m]), nil
}

// UnmarshalText is the inverse of [Method.MarshalText].
func (m *Method) UnmarshalText(text []byte) error {
	i := slices.Index(methodNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("%w: the method of intervals is delta, sandwich or bootstrap", ErrConfig)
	}
	*m = Method(i)
	return nil
}

var (
	// ErrUnits says that there is but one journey, or one customer: nothing varies
	// that an interval could be made of.
	ErrUnits = errors.New("attribution: intervals need two independent journeys or customers at least")
	// ErrFewUnits warns that there are fewer than [FewUnits] independent journeys or
	// customers.
	ErrFewUnits = errors.New("attribution: few independent journeys or customers, intervals are a rough guide")
	// ErrSkipped warns that nothing converted in some replicates of a bootstrap, which
	// therefore does not know how bad it can get.
	ErrSkipped = errors.New("attribution: replicates without a conversion were skipped")
	// ErrReplicates says that too few replicates of a bootstrap had a conversion for an
	// interval of the level asked for.
	ErrReplicates = errors.New("attribution: too few replicates with a conversion")
	// ErrNoIntervals says that an accumulator keeps nothing to make intervals of.
	ErrNoIntervals = errors.New("attribution: the accumulator keeps nothing to make intervals of")
)

// FewUnits is the number of units below which a result warns with [ErrFewUnits].
const FewUnits = 30

// DefaultLevel is the level of intervals where none is set.
const DefaultLevel = 0.95

// MethodError reports a model for which a method does not exist. It is an
// [ErrConfig].
type MethodError struct {
	Method Method // that was asked for
	Model  string // its name
	Reason string // why there is none
}

// Error says which method, which model and why, and points to the bootstrap.
func (e *MethodError) Error() string {
	return fmt.Sprintf("attribution: no %v intervals for model %s, only those of the bootstrap: %s", e.Method, e.Model, e.Reason)
}

// Unwrap returns ErrConfig.
func (e *MethodError) Unwrap() error { return ErrConfig }

// level returns the level to use for the one that is set.
func level(set float64) float64 {
	if set == 0 {
		return DefaultLevel
	}
	return set
}

// checkLevel reports a level that is not a probability an interval can have.
func checkLevel(m Method, set float64) error {
	if l := level(set); !(l > 0 && l < 1) {
		return fmt.Errorf("%w: %v: the level must be in (0, 1)", ErrConfig, m)
	}
	return nil
}

// checkModel reports a missing or bad model.
func checkModel(m Method, model Model) error {
	if model == nil {
		return fmt.Errorf("%w: %v: no model", ErrConfig, m)
	}
	return model.Validate()
}

func nameOf(model Model) string {
	if model == nil {
		return ""
	}
	return model.Name()
}

// WithUncertainty returns the model with the intervals that suit it best: those of
// [Sandwich] where customers are known and one exists for the model, else those of
// [Delta], else those of [Bootstrap] with its defaults. A level of 0 means
// [DefaultLevel]. The model must be valid.
func WithUncertainty(m Model, byCustomer bool, level float64) Model {
	if s := (Sandwich{Model: m, Level: level}); byCustomer && s.Validate() == nil {
		return s
	}
	// Only by customers does the bootstrap know those that come back.
	if d := (Delta{Model: m, Level: level}); !byCustomer && d.Validate() == nil {
		return d
	}
	return Bootstrap{Model: m, Level: level}
}
