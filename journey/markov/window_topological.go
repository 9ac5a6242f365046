package markov

import "slices"

// topological divides the rows of a system by the cycles among them. Rows of the
// first part depend on no cycle and come after those they depend on; rows of the
// last part are such that no cycle depends on them, in order as well. One pass
// solves each. What is between has to be iterated.
type topological struct {
	first, cyclic, last []int32
}

// sortTopologically orders the rows of a system in which row j depends on the
// rows idx[ptr[j]:ptr[j+1]], by the strongly connected components of that graph
// (Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on
// Computing 1 (1972) 146-160).
func sortTopologically(ptr []int, idx []int32) topological {
	n := len(ptr) - 1
	const unseen = -1
	var (
		number    = make([]int32, n)
		low       = make([]int32, n)
		component = make([]int32, n) // -1 while on the stack
		sorted    = make([]int32, 0, n)
		starts    = []int32{0} // of the components in sorted
		stack     []int32
		calls     []int32 // rows whose dependencies are being looked at
		next      = make([]int, n)
		count     int32
	)
	for i := range number {
		number[i] = unseen
		component[i] = unseen
	}
	enter := func(v int32) {
		number[v], low[v], next[v] = count, count, ptr[v]
		count++
		stack = append(stack, v)
		calls = append(calls, v)
	}
	for root := range int32(n) {
		if number[root] != unseen {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			v := calls[len(calls)-1]
			if next[v] < ptr[v+1] {
				w := idx[next[v]]
				next[v]++
				if number[w] == unseen {
					enter(w)
				} else if component[w] == unseen {
					low[v] = min(low[v], number[w])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				u := calls[len(calls)-1]
				low[u] = min(low[u], low[v])
			}
			if low[v] != number[v] {
				continue
			}
			// All above v on the stack is one component.
			at := len(stack) - 1
			for stack[at] != v {
				at--
			}
			for _, w := range stack[at:] {
				component[w] = int32(len(starts) - 1)
			}
			sorted = append(sorted, stack[at:]...)
			slices.Sort(sorted[starts[len(starts)-1]:])
			stack = stack[:at]
			starts = append(starts, int32(len(sorted)))
		}
	}

	// after: depends on a cycle; before: a cycle depends on it.
	m := len(starts) - 1
	after, before := make([]bool, m), make([]bool, m)
	for k := range m {
		rows := sorted[starts[k]:starts[k+1]]
		after[k] = len(rows) > 1
		for _, v := range rows {
			for _, w := range idx[ptr[v]:ptr[v+1]] {
				after[k] = after[k] || after[component[w]]
			}
		}
	}
	for k := m - 1; k >= 0; k-- {
		rows := sorted[starts[k]:starts[k+1]]
		before[k] = before[k] || len(rows) > 1
		if !before[k] {
			continue
		}
		for _, v := range rows {
			for _, w := range idx[ptr[v]:ptr[v+1]] {
				before[component[w]] = true
			}
		}
	}
	var t topological
	for k := range m {
		rows := sorted[starts[k]:starts[k+1]]
		switch {
		case !after[k]:
			t.first = append(t.first, rows...)
		case before[k]:
			t.cyclic = append(t.cyclic, rows...)
		default:
			t.last = append(t.last, rows...)
		}
	}
	return t
}
