package markov

import "math"

// unit is the largest relative rounding error of an operation.
const unit = 0x1p-53

// goal is a linear functional of the solution with coefficients that are not
// negative: sum over j of of_j x_j.
type goal struct {
	of []float64
	// weight bounds what an error of 1 in the equation of a row, which is not
	// fixed, can change the functional by.
	weight []float64
	// total is the unit in which errors are measured. They are allowed to be
	// the tolerance times the functional, or times floor, whichever is larger.
	total, floor float64
}

// evaluate returns the functional of each lane, in its unit. The sum is
// compensated (Neumaier 1974), so that its error does not grow with the rows.
func (g *goal) evaluate(p *pullProblem) lanes {
	var sum, lost lanes
	for j, f := range g.of {
		if f == 0 {
			continue
		}
		for l, v := range p.x[j] {
			t := float64(f * v)
			s := sum[l] + t
			if math.Abs(sum[l]) >= math.Abs(t) {
				lost[l] += (sum[l] - s) + t
			} else {
				lost[l] += (t - s) + sum[l]
			}
			sum[l] = s
			if p.low != nil {
				lost[l] += f * p.low[j][l]
			}
		}
	}
	for l := range sum {
		sum[l] = (sum[l] + lost[l]) / g.total
	}
	return sum
}

// estimate is evaluate for a rough answer.
func (g *goal) estimate(p *pullProblem) (sum lanes) {
	for j, f := range g.of {
		if f == 0 {
			continue
		}
		x := &p.x[j]
		for l := range sum {
			sum[l] += f * x[l]
		}
	}
	for l := range sum {
		sum[l] /= g.total
	}
	return sum
}

// allowed returns what error of a functional is accepted.
func (g *goal) allowed(value, tolerance float64) float64 {
	return tolerance * max(value, g.floor)
}

// slack covers the rounding errors of computing a bound itself, which is a sum
// of positive terms.
const slack = 1 + 1e-6

// rounding covers the rounding of a functional itself, relative to it: of
// products, of the compensated sum, of the division.
const rounding = 8 * unit

// bound returns by how much each goal may be off in each lane, in its unit,
// before it is rounded: the weighted residuals, and what rounding may have hidden
// of them. That is the error of summing up a row of numbers that are not negative,
// at most its length times unit times the sum.
// Residuals of a refined solution are taken in twice the precision.
func (p *pullProblem) bound(goals []goal) []lanes {
	bounds := make([]lanes, len(goals))
	for j := range int32(len(p.diag)) {
		fixed := p.fixed[j]
		if fixed == allLanes {
			continue
		}
		x, d := p.x[j], p.diagonal(j)
		length := float64(p.ptr[j+1] - p.ptr[j] + 4)
		var r lanes
		if p.low != nil {
			r = p.exactResidual(j)
			s := p.row(j)
			for l := range r {
				r[l] = math.Abs(r[l]) + length*length*0x1p-102*(math.Abs(s[l])+math.Abs(d[l]*x[l]))
			}
		} else {
			s := p.row(j)
			for l := range r {
				dx := d[l] * x[l]
				r[l] = math.Abs(s[l]-dx) + length*unit*(math.Abs(s[l])+math.Abs(dx))
			}
		}
		for g := range goals {
			w, b := goals[g].weight[j], &bounds[g]
			for l := range r {
				if fixed>>l&1 == 0 {
					b[l] += w * r[l]
				}
			}
		}
	}
	for g := range goals {
		for l := range bounds[g] {
			bounds[g][l] = bounds[g][l] / goals[g].total * slack
		}
	}
	return bounds
}
