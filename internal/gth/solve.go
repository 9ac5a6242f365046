package gth

import "fmt"

// panel is how many columns of the inverse are found at a time: few enough for
// a panel of 1000 rows to stay in the second-level cache.
const panel = 64

// Solve replaces the n*cols right-hand sides in x, row-major, by the solution
// of A x = b. The right-hand sides must not be negative.
//
// The error is [ErrInput], and x is unchanged, or [ErrRange], and x is
// meaningless. It panics if len(x) is not n*cols.
func (f *Factors) Solve(x []float64, cols int) error {
	if err := f.checkRight(x, cols); err != nil {
		return err
	}
	for i, s := range f.scale {
		for j := range cols {
			x[i*cols+j] *= s
		}
	}
	f.forward(x, cols)
	f.backward(x, cols)
	return checkResult(x)
}

// SolveTransposed is [Factors.Solve] for the transposed matrix.
func (f *Factors) SolveTransposed(x []float64, cols int) error {
	if err := f.checkRight(x, cols); err != nil {
		return err
	}
	n := f.n
	row := func(i int) []float64 { return x[i*cols : i*cols+cols] }
	for k, p := range f.pivot { // U^T, from the top
		xk := row(k)
		for j := range xk {
			xk[j] /= p
		}
		for i := k + 1; i < n; i++ {
			if u := f.lu[k*n+i]; u != 0 {
				axpy(row(i), xk, u)
			}
		}
	}
	for k := n - 1; k > 0; k-- { // L^T, from the bottom
		for i, l := range f.lu[k*n : k*n+k] {
			if l != 0 {
				axpy(row(i), row(k), l)
			}
		}
	}
	for i, s := range f.scale {
		for j := range cols {
			x[i*cols+j] *= s
		}
	}
	return checkResult(x)
}

// Inverse returns A^-1, row-major. The error is [ErrRange].
func (f *Factors) Inverse() ([]float64, error) {
	n := f.n
	inv := make([]float64, n*n)
	buf := make([]float64, n*min(n, panel))
	for lo := 0; lo < n; lo += panel {
		cols := min(panel, n-lo)
		x := buf[:n*cols]
		f.forwardUnit(x, cols, lo)
		f.backward(x, cols)
		for i := range n {
			copy(inv[i*n+lo:], x[i*cols:i*cols+cols])
		}
	}
	return inv, checkResult(inv)
}

// forward solves L y = x in place.
func (f *Factors) forward(x []float64, cols int) {
	for i := range f.n {
		combine(x[i*cols:i*cols+cols], x, f.lu[i*f.n:i*f.n+i])
	}
}

// forwardUnit sets x to the columns lo to lo+cols-1 of L^-1 S^-1.
func (f *Factors) forwardUnit(x []float64, cols, lo int) {
	n := f.n
	clear(x)
	for i := lo; i < n; i++ {
		y := x[i*cols : i*cols+cols]
		if j := i - lo; j < cols {
			y[j] = f.scale[i]
		}
		// The first rows are a triangle: column lo+j is 0 above row lo+j.
		mid := min(i, lo+cols)
		for k, l := range f.lu[i*n+lo : i*n+mid] {
			if l != 0 {
				axpy(y[:k+1], x[(lo+k)*cols:], l)
			}
		}
		combine(y, x[mid*cols:], f.lu[i*n+mid:i*n+i])
	}
}

// backward solves U y = x in place.
func (f *Factors) backward(x []float64, cols int) {
	n := f.n
	for i := n - 1; i >= 0; i-- {
		xi := x[i*cols : i*cols+cols]
		combine(xi, x[(i+1)*cols:], f.lu[i*n+i+1:i*n+n])
		for j, p := 0, f.pivot[i]; j < cols; j++ {
			xi[j] /= p
		}
	}
}

// combine adds to y the rows of x, each as long as y, with the weights w.
func combine(y, x, w []float64) {
	c := len(y)
	for len(w) >= 4 {
		if w[0] != 0 || w[1] != 0 || w[2] != 0 || w[3] != 0 {
			axpy4(y, x, x[c:], x[2*c:], x[3*c:], w[0], w[1], w[2], w[3])
		}
		x, w = x[4*c:], w[4:]
	}
	for k, a := range w {
		if a != 0 {
			axpy(y, x[k*c:], a)
		}
	}
}

func (f *Factors) checkRight(x []float64, cols int) error {
	if cols < 0 || len(x) != f.n*cols {
		panic("gth: lengths do not match")
	}
	for i, v := range x {
		if !finite(v) {
			return fmt.Errorf("%w: row %d of a right-hand side", ErrInput, i/cols)
		}
	}
	return nil
}

func checkResult(x []float64) error {
	for _, v := range x {
		if !finite(v) {
			return ErrRange
		}
	}
	return nil
}
