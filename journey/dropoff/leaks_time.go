package dropoff

import (
	"github.com/cjm-go/cjm/journey/markov"
)

// time fills in the dwell times and what follows from them.
func (l *Leaks) time(t *chainTable, counts *markov.Counts, dwell *DwellCounts) error {
	n := t.n()
	cells, placed, err := l.place(counts, dwell)
	if err != nil {
		return err
	}
	// Nanoseconds of a visit: of all, and of those that will convert times b_i.
	stay, paid := make([]float64, n), make([]float64, n)
	unknown, unpaid := make([]bool, n), make([]bool, n)
	for step, count := range located(counts, t.states) {
		i, j := step.from, step.to
		if i < 0 || step.From == markov.Start {
			continue // left out, or for no time
		}
		var p, b float64
		var cell *dwellCell
		switch {
		case step.To == markov.Converted:
			p, b, cell = t.r[i], 1, cells[i*(n+dwellEnds)+dwellConverted]
		case step.To == markov.Lost:
			p, b, cell = t.d[i], 0, cells[i*(n+dwellEnds)+dwellLost]
		case j < 0:
			continue
		default:
			p, b, cell = t.q[i*n+j], t.b[j], cells[i*(n+dwellEnds)+dwellEnds+j]
		}
		if cell == nil {
			unknown[i] = true
			unpaid[i] = unpaid[i] || b > 0
			continue
		}
		if placed--; cell.n > count {
			return ErrDwell
		}
		whole, rest := cell.mean()
		mean := p * (float64(whole) + rest)
		stay[i] += mean
		paid[i] += mean * b
	}
	if placed > 0 {
		return ErrDwell
	}
	for i := range l.leaks {
		leak := &l.leaks[i]
		if leak.Timed = !unknown[i]; leak.Timed {
			leak.Dwell = nanoseconds(stay[i])
		}
		visits := t.visits[i*n : i*n+n]
		if leak.ToEnd.Timed = !reaches(visits, unknown); leak.ToEnd.Timed {
			leak.ToEnd.Time = nanoseconds(t.expected(i, stay))
		}
		conversion := &leak.ToConversion
		if conversion.Timed = conversion.Known && !reaches(visits, unpaid); conversion.Timed {
			conversion.Time = nanoseconds(t.expected(i, paid) / t.b[i])
		}
	}
	return nil
}

// place returns the cells of the transitions among the states of the chain, and to the
// ends: a row for each state, with the ends before the states. Those of transitions
// that are not in the chain must have been counted at least.
func (l *Leaks) place(counts *markov.Counts, dwell *DwellCounts) (cells []*dwellCell, placed int, err error) {
	columns := len(l.leaks) + dwellEnds
	cells = make([]*dwellCell, len(l.leaks)*columns)
	dict := dwell.recoder.Dictionary()
	index := make([]int, dict.Len())
	for code, name := range dict.All() {
		i, ok := l.index[markov.At(name)]
		if !ok {
			i = -1
		}
		index[code] = i
	}
	for k := range dwell.cells {
		cell := &dwell.cells[k]
		i, j := index[cell.key.from()], cell.key.to()
		if j >= dwellEnds {
			if j = index[j-dwellEnds]; j >= 0 {
				j += dwellEnds
			}
		}
		if i >= 0 && j >= 0 {
			cells[i*columns+j] = cell
			placed++
		} else if from, to := dwell.states(cell.key); counts.Transitions(from, to) < cell.n {
			return nil, 0, ErrDwell
		}
	}
	return cells, placed, nil
}

// reaches reports whether a journey with the given expected visits can come to one
// of the states.
func reaches(visits []float64, states []bool) bool {
	for k, v := range visits {
		if v > 0 && states[k] {
			return true
		}
	}
	return false
}
