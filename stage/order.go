package stage

import "iter"

// Len returns the number of stages.
func (m Model) Len() int { return len(m.Steps) }

// All iterates the position, from 0, and the step of every stage in order. The
// Labels of a step are the model's own: do not change them.
func (m Model) All() iter.Seq2[int, Step] {
	return func(yield func(int, Step) bool) {
		for i, s := range m.Steps {
			if !yield(i, s) {
				return
			}
		}
	}
}

// In iterates the stages of one phase in order.
func (m Model) In(p Phase) iter.Seq[Stage] {
	return func(yield func(Stage) bool) {
		for i := range m.Steps {
			if m.Steps[i].Phase == p && !yield(m.Steps[i].Stage) {
				return
			}
		}
	}
}

// Index returns the position of the stage, from 0, and whether the model has
// it. Without it the position is -1.
func (m Model) Index(s Stage) (int, bool) {
	for i := range m.Steps {
		if m.Steps[i].Stage == s {
			return i, true
		}
	}
	return -1, false
}

// Contains reports whether the model has the stage.
func (m Model) Contains(s Stage) bool {
	_, ok := m.Index(s)
	return ok
}

// Phase returns the phase of the stage, [UnknownPhase] if the model does not
// have it.
func (m Model) Phase(s Stage) Phase {
	if i, ok := m.Index(s); ok {
		return m.Steps[i].Phase
	}
	return UnknownPhase
}

// First returns the first stage, and whether there is one.
func (m Model) First() (Stage, bool) { return m.at(0) }

// Last returns the last stage, and whether there is one.
func (m Model) Last() (Stage, bool) { return m.at(len(m.Steps) - 1) }

// Next returns the stage after s, and whether there is one.
func (m Model) Next(s Stage) (Stage, bool) {
	i, ok := m.Index(s)
	if !ok {
		return "", false
	}
	return m.at(i + 1)
}

// Previous returns the stage before s, and whether there is one.
func (m Model) Previous(s Stage) (Stage, bool) {
	i, ok := m.Index(s)
	if !ok {
		return "", false
	}
	return m.at(i - 1)
}

// Before reports whether a comes before b. It is false where the model lacks
// one of them.
func (m Model) Before(a, b Stage) bool {
	i, ok := m.Index(a)
	j, ok2 := m.Index(b)
	return ok && ok2 && i < j
}

func (m Model) at(i int) (Stage, bool) {
	if i < 0 || i >= len(m.Steps) {
		return "", false
	}
	return m.Steps[i].Stage, true
}
