package dropoff

import "fmt"

// layout says which steps of a funnel come after which.
type layout struct {
	names []string
	// optional says which steps customers may skip; none of them is the first or
	// the last.
	optional []bool
	// anyOrder says that the lines count how many of the steps were done, and open
	// that customers may enter at any step.
	anyOrder, open bool
}

func layoutOf(f *Funnel) *layout {
	l := &layout{anyOrder: f.Order == AnyOrder || f.Like == LikePostHogAnyOrder, open: f.Open}
	for i := range f.Steps {
		l.names = append(l.names, f.Steps[i].Name)
		l.optional = append(l.optional, f.Steps[i].Optional)
	}
	return l
}

// len returns the number of steps.
func (l *layout) len() int { return len(l.names) }

// name returns the name of the line of step k. In any order it is a number of
// steps, whichever they are.
func (l *layout) name(k int) string {
	if l.anyOrder {
		return fmt.Sprintf("any %d of %d", k, l.len())
	}
	return l.names[k-1]
}

// isOptional reports whether step k may be skipped.
func (l *layout) isOptional(k int) bool { return l.optional[k-1] }

// before returns the last step before k that is not optional, 0 if there is none.
func (l *layout) before(k int) int {
	for k--; k > 0 && l.isOptional(k); k-- {
	}
	return k
}

// due returns the first step after k that is not optional: the one that whoever
// came to k and no further lacks. There is one unless k is the last.
func (l *layout) due(k int) int {
	for k++; l.isOptional(k); k++ {
	}
	return k
}

// lostAt returns the step at which the attempt was lost, and whether it was. One
// that a dropping exclusion took out of the funnel was not.
func (l *layout) lostAt(a *Attempt) (int, bool) {
	switch a.Status {
	case Lost, TimedOut, Excluded:
		if !a.Dropped {
			return l.due(a.Reached), true
		}
	}
	return 0, false
}
