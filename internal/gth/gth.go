package gth

import (
	"errors"
	"fmt"
	"math"
)

var (
	// ErrInput: a weight is negative, infinite or not a number.
	ErrInput = errors.New("gth: not a finite number >= 0")
	// ErrRange: a result is beyond the range of float64.
	ErrRange = errors.New("gth: result out of range")
)

// Factors are the factors of A = S L U: S diagonal with powers of two, L unit
// lower triangular, U upper triangular. They are immutable.
type Factors struct {
	n     int
	lu    []float64 // below the diagonal -L, above it -U, row-major; the diagonal is not used
	pivot []float64 // diagonal of U
	scale []float64 // diagonal of S^-1
}

// N returns the number of states.
func (f *Factors) N() int { return f.n }

// Factorize factors A, given by the n*n weights off, row-major, and the n
// weights exit. The diagonal of off is not looked at. Neither is changed.
//
// The error is [ErrInput] with the row, or a [*ClosedError], or [ErrRange] where
// weights differ so much that an intermediate result is not a float64. It
// panics if the lengths do not fit n.
func Factorize(n int, off, exit []float64) (*Factors, error) {
	checkLengths(n, off, exit)
	f := &Factors{
		n:     n,
		lu:    append([]float64(nil), off...),
		pivot: make([]float64, n),
		scale: make([]float64, n),
	}
	exit = append([]float64(nil), exit...)
	for i := range n {
		row := f.lu[i*n : i*n+n]
		row[i] = 0
		largest := exit[i]
		ok := finite(exit[i])
		for _, w := range row {
			ok = ok && finite(w)
			largest = max(largest, w)
		}
		if !ok {
			return nil, fmt.Errorf("%w: row %d", ErrInput, i)
		}
		f.scale[i] = rowScale(largest)
	}
	if closed := Closed(n, off, exit); closed != nil {
		return nil, &ClosedError{States: closed}
	}
	for i, s := range f.scale {
		row := f.lu[i*n : i*n+n]
		for j := range row {
			row[j] *= s
		}
		exit[i] *= s
	}
	f.eliminate(exit)
	for _, p := range f.pivot {
		if p == 0 || !finite(p) {
			return nil, ErrRange
		}
	}
	return f, nil
}

func checkLengths(n int, off, exit []float64) {
	if n < 0 || len(off) != n*n || len(exit) != n {
		panic("gth: lengths do not match")
	}
}

// finite reports whether w is neither negative nor infinite nor NaN.
func finite(w float64) bool { return w >= 0 && w <= math.MaxFloat64 }

// rowScale returns the power of two that brings a row with the given largest
// entry near 1, so that sums and products of entries neither overflow nor
// underflow. The exponent is kept where the power is a normal number.
func rowScale(largest float64) float64 {
	if largest == 0 {
		return 1
	}
	_, e := math.Frexp(largest)
	return math.Ldexp(1, -max(-1000, min(e, 1000)))
}

// Rows are eliminated in blocks that stay in cache while the rows above stream
// by, four of those at a time. rowBlock is a multiple of 4.
const rowBlock = 8

// eliminate replaces the scaled weights in lu by the factors. It uses up exit.
func (f *Factors) eliminate(exit []float64) {
	n := f.n
	for lo := 0; lo < n; lo += rowBlock {
		hi := min(lo+rowBlock, n)
		for k := 0; k < lo; k += 4 {
			for i := lo; i < hi; i++ {
				f.eliminate4(i, k, exit)
			}
		}
		for i := lo; i < hi; i++ {
			row := f.lu[i*n : i*n+n]
			for k := lo; k < i; k++ {
				l := row[k] / f.pivot[k]
				row[k] = l
				if l == 0 {
					continue
				}
				axpy(row[k+1:], f.lu[k*n+k+1:k*n+n], l)
				exit[i] += l * exit[k]
			}
			// The pivot is what remains of the diagonal: the weight of leaving i
			// for an end or for a state not yet eliminated.
			p := exit[i]
			for _, w := range row[i+1:] {
				p += w
			}
			f.pivot[i] = p
		}
	}
}

// eliminate4 eliminates the states k to k+3 from row i > k+3.
func (f *Factors) eliminate4(i, k int, exit []float64) {
	n := f.n
	row := f.lu[i*n+k : i*n+n]
	u0 := f.lu[k*n+k:][:len(row)]
	u1 := f.lu[(k+1)*n+k:][:len(row)]
	u2 := f.lu[(k+2)*n+k:][:len(row)]
	u3 := f.lu[(k+3)*n+k:][:len(row)]
	if row[0] == 0 && row[1] == 0 && row[2] == 0 && row[3] == 0 {
		return
	}
	p := f.pivot[k : k+4]
	l0 := row[0] / p[0]
	l1 := (row[1] + l0*u0[1]) / p[1]
	l2 := (row[2] + l0*u0[2] + l1*u1[2]) / p[2]
	l3 := (row[3] + l0*u0[3] + l1*u1[3] + l2*u2[3]) / p[3]
	row[0], row[1], row[2], row[3] = l0, l1, l2, l3
	axpy4(row[4:], u0[4:], u1[4:], u2[4:], u3[4:], l0, l1, l2, l3)
	exit[i] += l0*exit[k] + l1*exit[k+1] + l2*exit[k+2] + l3*exit[k+3]
}

// axpy adds a*x to y.
func axpy(y, x []float64, a float64) {
	x = x[:len(y)]
	for j := range y {
		y[j] += a * x[j]
	}
}

// axpy4 adds a0*x0 + a1*x1 + a2*x2 + a3*x3 to y.
func axpy4(y, x0, x1, x2, x3 []float64, a0, a1, a2, a3 float64) {
	n := len(y)
	x0, x1, x2, x3 = x0[:n], x1[:n], x2[:n], x3[:n]
	for j := range y {
		y[j] += a0*x0[j] + a1*x1[j] + a2*x2[j] + a3*x3[j]
	}
}
