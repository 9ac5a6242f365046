package markov

import "github.com/cjm-go/cjm/internal/gth"

// direct solves the cyclic part of a problem by elimination, lane by lane.
type direct struct {
	rows    [width][]int32 // that are not fixed
	factors [width]*gth.Factors
}

// newDirect factors the cyclic part. It returns nil where elimination fails, for
// want of range.
func (p *pullProblem) newDirect() *direct {
	d := new(direct)
	place := make([]int32, len(p.diag))
	for l := range p.used {
		for j := range place {
			place[j] = -1
		}
		var rows []int32
		for _, j := range p.cyclic {
			if p.fixed[j]>>l&1 == 0 {
				place[j] = int32(len(rows))
				rows = append(rows, j)
			}
		}
		// The transposed matrix is that of a chain from row i to the rows it is
		// pulled for. The rest of the diagonal is what leaves these rows.
		n := len(rows)
		off, exit := make([]float64, n*n), make([]float64, n)
		inside := make([]float64, n)
		for j := range place {
			for e := p.ptr[j]; e < p.ptr[j+1]; e++ {
				i := place[p.idx[e]]
				if i < 0 {
					continue
				}
				k := place[j]
				if k < 0 {
					continue
				}
				if p.rowsOfChain {
					i, k = k, i
				}
				off[int(i)*n+int(k)] += p.count[e]
				inside[i] += p.count[e]
			}
		}
		for i, j := range rows {
			exit[i] = max(0, p.diagonal(j)[l]-inside[i])
		}
		f, err := gth.Factorize(n, off, exit)
		if err != nil {
			return nil
		}
		d.rows[l], d.factors[l] = rows, f
	}
	return d
}

// solve replaces the cyclic part of p.x by the solution.
func (d *direct) solve(p *pullProblem) bool {
	for l := range p.used {
		rows := d.rows[l]
		for _, j := range rows {
			p.x[j][l] = 0
		}
		// Positive and negative parts of the right-hand side, one column each.
		x := make([]float64, 2*len(rows))
		for i, j := range rows {
			if s := p.row(j)[l]; s >= 0 {
				x[2*i] = s
			} else {
				x[2*i+1] = -s
			}
		}
		solve := d.factors[l].SolveTransposed
		if p.rowsOfChain {
			solve = d.factors[l].Solve
		}
		if solve(x, 2) != nil {
			return false
		}
		for i, j := range rows {
			p.x[j][l] = x[2*i] - x[2*i+1]
		}
	}
	return true
}
