package stage

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Model is an ordered set of stages. The order of Steps is the order of the
// stages. The zero value is a model without stages: lookups find nothing, and
// [Model.Validate] refuses it.
type Model struct {
	// Name names the model, such as "five".
	Name string
	// Steps are the stages, first to last.
	Steps []Step
}

// Step is one stage of a [Model].
type Step struct {
	// Stage is the name of the stage, unique in the model.
	Stage Stage
	// Phase tells where the stage lies relative to the purchase.
	Phase Phase
	// Labels names the stage for a reader, by language tag ("en", "pt-BR").
	// Nil leaves it to the built-in labels, see [Model.Label].
	Labels map[string]string
}

// Classes of what can be wrong with a [Model]. Test for them with [errors.Is].
// A bad phase is [ErrPhase].
var (
	// ErrNoSteps says that the model has no stages.
	ErrNoSteps = errors.New("stage: model has no steps")
	// ErrName says that the name of a model, a stage or a language is empty, has space
	// around it, is not valid UTF-8, or holds a control character or one that
	// the text form needs: = : ; and the comma. Or a label is not valid UTF-8.
	ErrName = errors.New("stage: bad name")
	// ErrDuplicate says that a stage occurs twice.
	ErrDuplicate = errors.New("stage: duplicate stage")
	// ErrOrder says that a stage lies in an earlier phase than one before it.
	ErrOrder = errors.New("stage: phases go backwards")
)

// reserved are the characters that separate names in the text form.
const reserved = "=:;,"

// Validate reports all that is wrong with the model at once: no steps, bad
// names, duplicate stages, unknown phases, and phases going backwards. Steps of
// [UnknownPhase] may stand anywhere.
func (m Model) Validate() error {
	var errs []error
	if reason := badName(m.Name); reason != "" {
		errs = append(errs, fmt.Errorf("%w: model %q %s", ErrName, m.Name, reason))
	}
	if len(m.Steps) == 0 {
		errs = append(errs, ErrNoSteps)
	}
	seen := make(map[Stage]bool, len(m.Steps))
	latest := UnknownPhase
	for i, s := range m.Steps {
		if reason := badName(string(s.Stage)); reason != "" {
			errs = append(errs, fmt.Errorf("%w: step %d, %q, %s", ErrName, i+1, s.Stage, reason))
		}
		if seen[s.Stage] {
			errs = append(errs, fmt.Errorf("%w: step %d, %q", ErrDuplicate, i+1, s.Stage))
		}
		seen[s.Stage] = true
		switch {
		case s.Phase > PostPurchase:
			errs = append(errs, fmt.Errorf("%w: step %d, %q: %d", ErrPhase, i+1, s.Stage, s.Phase))
		case s.Phase != UnknownPhase && s.Phase < latest:
			errs = append(errs, fmt.Errorf("%w: step %d, %q: %v after %v", ErrOrder, i+1, s.Stage, s.Phase, latest))
		default:
			latest = max(latest, s.Phase)
		}
		errs = append(errs, s.validateLabels(i+1)...)
	}
	return errors.Join(errs...)
}

func (s *Step) validateLabels(number int) []error {
	var errs []error
	for _, lang := range sortedKeys(s.Labels) {
		if badName(lang) != "" {
			errs = append(errs, fmt.Errorf("%w: step %d, %q: language %q", ErrName, number, s.Stage, lang))
		}
		if !utf8.ValidString(s.Labels[lang]) {
			errs = append(errs, fmt.Errorf("%w: step %d, %q: label %q is not valid UTF-8", ErrName, number, s.Stage, lang))
		}
	}
	return errs
}

// badName says why the name cannot be used, "" if it can.
func badName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.TrimSpace(name) != name:
		return "has space around it"
	case strings.ContainsAny(name, reserved):
		return "holds one of " + reserved
	case strings.ContainsFunc(name, unicode.IsControl):
		return "holds a control character"
	}
	return ""
}
