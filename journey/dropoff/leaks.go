package dropoff

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/journey/markov"
)

// Leaks says where journeys are lost and what that costs: the drop-off of each
// state of the first-order Markov chain of the journeys, whose states are channels,
// or stages where [StagePath] counted them. It does not change.
//
// A state with many losses need not be a bad leak: few of those who come there may
// convert anyway. [Leaks.ByUpside] ranks the states by what there is to gain.
type Leaks struct {
	leaks []Leak
	index map[markov.State]int

	journeys, conversions, losses, opens int64
	level                                float64
	valued                               bool
	dropped                              []markov.State
	warnings                             []error
}

// LeaksOptions say how [NewLeaks] looks at a chain. The zero value is ready.
type LeaksOptions struct {
	// Level is the probability with which the intervals cover, in (0, 1); 0 means
	// [DefaultLevel].
	Level float64
	// Dwell holds how long the same journeys stayed in each state. Without it the
	// leaks have steps, but no times.
	Dwell *DwellCounts
}

// Validate reports what is wrong with the options.
func (o LeaksOptions) Validate() error {
	return checkLevelOption(o.Level)
}

// NewLeaks fits the chain of what has been counted so far and returns its leaks.
// Open journeys count with their transitions, not with an end; closed states are
// treated as the [markov.Options] of the counts say.
//
// The error is [ErrLevel]; [ErrNoNulls]; [ErrDwell]; one of [markov.Counts.Fit],
// such as [markov.ErrNoJourneys]; or [markov.ErrOverflow] where an upside is worth more
// than the largest float64.
func NewLeaks(counts *markov.Counts, o LeaksOptions) (*Leaks, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if counts.Options().Nulls == markov.ExcludeNulls {
		return nil, ErrNoNulls
	}
	chain, err := counts.Fit()
	if err != nil {
		return nil, fmt.Errorf("dropoff: %w", err)
	}
	l := &Leaks{
		index:       make(map[markov.State]int),
		journeys:    counts.Journeys(),
		conversions: counts.Conversions(),
		losses:      counts.Nulls(),
		opens:       counts.Opens(),
		level:       cmp.Or(o.Level, DefaultLevel),
		valued:      counts.Value() > 0,
		dropped:     chain.Dropped(),
	}
	t := newChainTable(chain)
	for i, s := range t.states {
		l.index[s] = i
	}
	l.leaks = make([]Leak, len(t.states))
	l.tally(t, counts)
	l.describe(t, chain)
	if err := l.weigh(t, chain); err != nil {
		return nil, err
	}
	if o.Dwell != nil {
		if err := l.time(t, counts, o.Dwell); err != nil {
			return nil, err
		}
	}
	l.warn(o.Dwell != nil)
	return l, nil
}

// Level returns the probability with which the intervals cover, in (0, 1).
func (l *Leaks) Level() float64 { return l.level }

// Journeys returns the number of journeys, open ones among them.
func (l *Leaks) Journeys() int64 { return l.journeys }

// Conversions returns how many journeys converted.
func (l *Leaks) Conversions() int64 { return l.conversions }

// Losses returns how many journeys were lost.
func (l *Leaks) Losses() int64 { return l.losses }

// Opens returns how many journeys have not ended yet.
func (l *Leaks) Opens() int64 { return l.opens }

// HasValue reports whether the conversions were worth something, so that upsides
// have a value.
func (l *Leaks) HasValue() bool { return l.valued }

// Dropped returns the closed states that [markov.CensorClosed] left out.
func (l *Leaks) Dropped() []markov.State { return slices.Clone(l.dropped) }

// Warnings returns what to know before trusting the leaks: [ErrNoLosses],
// [ErrNoConversions], [ErrUntimed], a [*markov.ClosedError] that names the states
// left out, a [*DeadEndError] that names the states without an upside.
func (l *Leaks) Warnings() []error { return slices.Clone(l.warnings) }

// All yields the leaks of all states: [markov.Start], then the channels in the
// order of their names.
func (l *Leaks) All() iter.Seq[Leak] { return slices.Values(l.leaks) }

// ByUpside yields the leaks from the greatest upside in conversions down. Equal ones
// are in the order of [Leaks.All]; those that are not known come last.
func (l *Leaks) ByUpside() iter.Seq[Leak] {
	sorted := slices.Clone(l.leaks)
	slices.SortStableFunc(sorted, func(a, b Leak) int {
		switch {
		case a.Upside.Known != b.Upside.Known:
			if a.Upside.Known {
				return -1
			}
			return 1
		default:
			return cmp.Compare(b.Upside.Conversions, a.Upside.Conversions)
		}
	})
	return slices.Values(sorted)
}

// State returns the leak of a state, and whether the chain has it.
func (l *Leaks) State(s markov.State) (Leak, bool) {
	i, ok := l.index[s]
	if !ok {
		return Leak{}, false
	}
	return l.leaks[i], true
}

// warn collects the warnings.
func (l *Leaks) warn(timed bool) {
	if len(l.dropped) > 0 {
		l.warnings = append(l.warnings, &markov.ClosedError{States: slices.Clone(l.dropped)})
	}
	if l.losses == 0 {
		l.warnings = append(l.warnings, ErrNoLosses)
	}
	if l.conversions == 0 {
		l.warnings = append(l.warnings, ErrNoConversions)
	}
	var dead []markov.State
	untimed := false
	for i := range l.leaks {
		if !l.leaks[i].Upside.Known {
			dead = append(dead, l.leaks[i].State)
		}
		untimed = untimed || !l.leaks[i].ToEnd.Timed
	}
	if len(dead) > 0 {
		l.warnings = append(l.warnings, &DeadEndError{States: dead})
	}
	if timed && untimed {
		l.warnings = append(l.warnings, ErrUntimed)
	}
}
