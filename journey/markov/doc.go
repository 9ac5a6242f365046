// Package markov models journeys as an absorbing Markov chain: the next touch
// depends on the present one only, until the journey converts or is lost.
//
// # Pipeline
//
// [Counts] takes counted paths, one at a time, and keeps how often each channel
// followed each other one. Counts of shards are merged, or travel as bytes.
// [Counts.Fit] turns them into a [Chain]; [New] makes one of matrices of your
// own. The chain answers questions about states, and [Chain.Removal] what would
// be lost without each channel:
//
//	var counts markov.Counts
//	for p := range paths {
//		err := counts.Add(p)
//	}
//	chain, err := counts.Fit()
//	p, err := chain.PConvert(markov.At("email"))
//	removal, err := chain.Removal()
//	removal.Effect("email").Conversion
//
// # The chain
//
// With C_ij transitions counted from state i to channel j, R_i journeys that
// converted after i and D_i that were lost, and C_i the sum of all three, the
// maximum likelihood estimates are
//
//	Q = C_ij/C_i        among the states before an end: start and channels
//	r = R_i/C_i         into the conversion
//	d = D_i/C_i         into the loss
//	N = (I-Q)^-1        expected visits
//	b = N r             probability of converting
//	N_ij/N_jj           probability of ever coming from i to j
//
// See Kemeny and Snell, "Finite Markov Chains", 1960, chapter III. N comes from
// elimination without subtraction (package internal/gth), so each entry has
// about 15 correct digits, whatever the condition of I-Q. A chain fitted on
// journeys that have all ended satisfies N_sj = C_j/M and b_s = conversions/M,
// where s is the start and M the number of journeys; these numbers are taken
// from the counts, and [Chain.FlowResidual] reports how far the elimination was
// from them.
//
// # Higher orders
//
// A chain of order k remembers the last k touches. [WindowCounts] counts for it, and
// a [WindowChain] answers for windows what a Chain answers for states, with removal
// effects to a certified accuracy. Which order the data can teach is for
// [OrderCounts] to say.
//
// # Open journeys
//
// A journey that has not ended yet adds its transitions, but no end: it is
// censored. Channels from which no journey has ended can then be closed: the
// chain never leaves them. Fit reports them as a [*ClosedError], or leaves them
// out if [Options] say so.
//
// # Cost
//
// Counting takes a few nanoseconds a touch and 8 bytes for each pair of states
// up to 2048 states, and one map entry for each pair that occurs beyond. Fitting
// n states takes O(n^3) time and about 24 n^2 bytes at its peak, 16 n^2 of which
// the chain keeps. Order of paths, sharding and merging change no bit of any
// result.
package markov
