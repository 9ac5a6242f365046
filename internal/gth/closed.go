package gth

import "fmt"

// ClosedError reports that A is singular: some states cannot reach an exit.
type ClosedError struct {
	// States are the indices of those states, ascending.
	States []int
}

// Error names the states by their indices.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("gth: no exit can be reached from states %v", e.States)
}

// Closed returns the indices of the states from which no exit can be reached,
// ascending; nil if there are none. Arguments are as for [Factorize].
func Closed(n int, off, exit []float64) []int {
	checkLengths(n, off, exit)
	reached := make([]bool, n)
	queue := make([]int, 0, n)
	for i, e := range exit {
		if e > 0 {
			reached[i] = true
			queue = append(queue, i)
		}
	}
	// Breadth first, against the direction of the transitions.
	for k := 0; k < len(queue) && len(queue) < n; k++ {
		for i, j := 0, queue[k]; i < n; i, j = i+1, j+n {
			if !reached[i] && off[j] > 0 {
				reached[i] = true
				queue = append(queue, i)
			}
		}
	}
	if len(queue) == n {
		return nil
	}
	closed := make([]int, 0, n-len(queue))
	for i, ok := range reached {
		if !ok {
			closed = append(closed, i)
		}
	}
	return closed
}
