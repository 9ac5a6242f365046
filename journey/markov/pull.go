package markov

// pullSystem is a sparse system of equations, one a row, each with the unknown of
// its own row by itself on the left:
//
//	diag_j x_j = sum over e of count_e x_idx(e) + rhs_j    e from ptr_j to ptr_j+1
//
// Rows that are fixed have a value instead of an equation. All coefficients are
// positive. The transposed matrix is that of an absorbing chain: what row i is
// pulled for by others is at most diag_i, and some end can be reached from
// every row that is not fixed. So it is an M-matrix.
type pullSystem struct {
	ptr   []int
	idx   []int32
	count []float64
	diag  []float64
	topological
	// rowsOfChain says that the matrix is not the transposed one but itself that
	// of a chain.
	rowsOfChain bool
	// group aggregates rows for the coarse system; groups is how many there are.
	group  []int32
	groups int

	// Set by aggregate.
	inCycle          []bool
	leaving, between []float64
}

// width is how many right-hand sides are solved at a time: one pass over the
// coefficients serves them all.
const width = 8

// lanes holds one number for each right-hand side.
type lanes [width]float64

// allLanes has the bits of all lanes.
const allLanes = 1<<width - 1

// pullProblem is a system with fixed rows, which may differ by lane.
type pullProblem struct {
	*pullSystem
	used  int     // lanes in use
	x     []lanes // by row: solution, or the value of a fixed row
	fixed []uint8 // by row: a bit for each lane
	// diagOf, if not nil, replaces diag, lane by lane.
	diagOf []lanes
	// rhs, if not nil, is the right-hand side. That of a correction may be
	// negative.
	rhs        []lanes
	correction bool
	// low, if not nil, is to be added to x, which it refines.
	low []lanes
}

func (s *pullSystem) problem(used int) *pullProblem {
	n := len(s.diag)
	return &pullProblem{pullSystem: s, used: used, x: make([]lanes, n), fixed: make([]uint8, n)}
}

// fix gives row j a value in one lane.
func (p *pullProblem) fix(j int32, lane int, value float64) {
	p.fixed[j] |= 1 << lane
	p.x[j][lane] = value
}

// diagonal returns the coefficients of the unknown of row j.
func (p *pullProblem) diagonal(j int32) (d lanes) {
	if p.diagOf != nil {
		return p.diagOf[j]
	}
	for l := range d {
		d[l] = p.diag[j]
	}
	return d
}

// pull returns the sum on the right of a row. It is where the time goes: the
// sums are variables of their own so that they stay in registers.
func pull(idx []int32, count []float64, x []lanes) (s0, s1, s2, s3, s4, s5, s6, s7 float64) {
	count = count[:len(idx)]
	for e, i := range idx {
		c := count[e]
		v := &x[i]
		s0 += c * v[0]
		s1 += c * v[1]
		s2 += c * v[2]
		s3 += c * v[3]
		s4 += c * v[4]
		s5 += c * v[5]
		s6 += c * v[6]
		s7 += c * v[7]
	}
	return
}

// pullHalf is pull where half of the lanes are in use.
func pullHalf(idx []int32, count []float64, x []lanes) (s0, s1, s2, s3 float64) {
	count = count[:len(idx)]
	for e, i := range idx {
		c := count[e]
		v := &x[i]
		s0 += c * v[0]
		s1 += c * v[1]
		s2 += c * v[2]
		s3 += c * v[3]
	}
	return
}

// row returns the right side of row j.
func (p *pullProblem) row(j int32) (s lanes) {
	lo, hi := p.ptr[j], p.ptr[j+1]
	if p.used <= width/2 {
		s[0], s[1], s[2], s[3] = pullHalf(p.idx[lo:hi], p.count[lo:hi], p.x)
	} else {
		s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = pull(p.idx[lo:hi], p.count[lo:hi], p.x)
	}
	if p.rhs != nil {
		for l, r := range p.rhs[j] {
			s[l] += r
		}
	}
	return s
}

// sweep solves the equations of the rows, one after the other (Gauss-Seidel).
func (p *pullProblem) sweep(rows []int32) {
	if p.rhs != nil || p.diagOf != nil || p.used <= width/2 {
		p.sweepGeneral(rows)
		return
	}
	for _, j := range rows {
		fixed := p.fixed[j]
		if fixed == allLanes {
			continue
		}
		lo, hi := p.ptr[j], p.ptr[j+1]
		s0, s1, s2, s3, s4, s5, s6, s7 := pull(p.idx[lo:hi], p.count[lo:hi], p.x)
		d := 1 / p.diag[j]
		x := &p.x[j]
		if fixed == 0 {
			*x = lanes{s0 * d, s1 * d, s2 * d, s3 * d, s4 * d, s5 * d, s6 * d, s7 * d}
			continue
		}
		for l, s := range [...]float64{s0, s1, s2, s3, s4, s5, s6, s7} {
			if fixed>>l&1 == 0 {
				x[l] = s * d
			}
		}
	}
}

// sweepGeneral is sweep for every problem.
func (p *pullProblem) sweepGeneral(rows []int32) {
	for _, j := range rows {
		s, d, x, fixed := p.row(j), p.diagonal(j), &p.x[j], p.fixed[j]
		for l := range p.used {
			if fixed>>l&1 == 0 {
				x[l] = s[l] / d[l]
			}
		}
	}
}
