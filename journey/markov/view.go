package markov

import "gonum.org/v1/gonum/mat"

var _ mat.Matrix = view{}

// view is a matrix that can be read, but not written: it shares memory with a
// chain. Elements are row-major.
type view struct {
	data []float64
	rows int
	cols int
}

// Dims returns the numbers of rows and columns.
func (v view) Dims() (rows, cols int) { return v.rows, v.cols }

// At returns the element of row i and column j. It panics, as matrices of gonum
// do, where there is none.
func (v view) At(i, j int) float64 {
	if uint(i) >= uint(v.rows) {
		panic(mat.ErrRowAccess)
	}
	if uint(j) >= uint(v.cols) {
		panic(mat.ErrColAccess)
	}
	return v.data[i*v.cols+j]
}

// T returns the transposed matrix.
func (v view) T() mat.Matrix { return mat.Transpose{Matrix: v} }
