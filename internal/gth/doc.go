// Package gth solves linear systems with row diagonally dominant M-matrices
// without a subtraction, so that every entry of a solution has a small relative
// error, however badly conditioned the matrix is.
//
// The matrix is that of an absorbing chain,
//
//	A = diag(exit_i + sum_{j != i} off_ij) - off,   off, exit >= 0,
//
// where off_ij is the weight of the transitions from state i to state j (counts
// or probabilities, any scale) and exit_i that of the transitions from i to an
// end. It is given by off and exit: its diagonal, in which a small exit would
// drown, is never formed. Elimination keeps both up to date by sums, products
// and quotients of non-negative numbers alone:
//
//	f, err := gth.Factorize(n, off, exit)
//	err = f.Solve(x, 1)     // x becomes A^-1 x
//	inv, err := f.Inverse() // A^-1
//
// The method is due to Grassmann, Taksar and Heyman, "Regenerative analysis and
// steady state distributions for Markov chains", Operations Research 33 (1985)
// 1107-1116; the entrywise bound for this class of matrices to Alfa, Xue and
// Ye, "Accurate computation of the smallest eigenvalue of a diagonally dominant
// M-matrix", Mathematics of Computation 71 (2002) 217-236. The relative error
// of each entry is of the order of n^2 units in the last place at worst, a few
// in practice. Entries below 2^-1022 underflow to 0.
//
// Time is O(n^3): 2/3 n^3 operations for the factors and 4/3 n^3 for the
// inverse.
package gth
