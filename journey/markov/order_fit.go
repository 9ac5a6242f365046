package markov

import (
	"math"

	"github.com/cjm-go/cjm/internal/exact"
)

// orderFit is what is computed for one order.
type orderFit struct {
	contexts int   // windows that transitions were counted out of
	symbols  int64 // transitions
	ended    orderEnds
	logLik   float64
	// Held-out log-loss and symbols, by fold.
	loss, size []float64
	// Pairs of a converted and a lost journey of a fold of which the converted
	// one has the higher score, ties half, and all pairs, by fold.
	wins, pairs []float64
	// The area under the in-sample ROC curve, and whether it is defined.
	area   float64
	areaOK bool
}

// fitOrder computes all criteria of the order of w.
func (c *corpus) fitOrder(w, next *orderWindows) *orderFit {
	all := newOrderTally(w, next)
	all.add(c.paths, w, next)
	folds := len(c.folds) - 1
	f := &orderFit{
		loss: make([]float64, folds), size: make([]float64, folds),
		wins: make([]float64, folds), pairs: make([]float64, folds),
	}
	f.logLik = all.logLikelihood(next)
	for _, n := range all.left {
		if n > 0 {
			f.contexts++
			f.symbols += n
		}
	}
	for _, s := range all.stops {
		f.ended.converted += all.ends[s].converted
		f.ended.lost += all.ends[s].lost
	}
	f.area, f.areaOK = all.inSampleArea(f.ended)
	part := newOrderTally(w, next)
	for i := range folds {
		part.add(c.paths[c.folds[i]:c.folds[i+1]], w, next)
		f.loss[i], f.size[i] = c.heldOutLoss(all, part, next)
		f.wins[i], f.pairs[i] = heldOutPairs(all, part)
		part.reset(next)
	}
	return f
}

// logLikelihood returns the sum of C_wx ln(C_wx/C_w) over the windows w and the
// symbols x that followed.
func (t *orderTally) logLikelihood(next *orderWindows) float64 {
	var sum exact.Sum
	add := func(n, of int64) {
		if n > 0 && n < of {
			sum.AddProduct(math.Log(float64(n)/float64(of)), n)
		}
	}
	for _, s := range t.steps {
		add(t.step[s], t.left[next.from[s]])
	}
	for _, s := range t.stops {
		add(t.ends[s].converted, t.left[s])
		add(t.ends[s].lost, t.left[s])
	}
	return sum.Float64()
}

// heldOutLoss returns the sum of -ln p over the symbols in part, and their number,
// where p is estimated from all but part.
func (c *corpus) heldOutLoss(all, part *orderTally, next *orderWindows) (loss, size float64) {
	// Half a count for each symbol (Krichevsky and Trofimov 1981), so that what
	// has not been seen is not impossible.
	const prior = 0.5
	spread := prior * float64(c.alphabet)
	var sum exact.Sum
	symbols := int64(0)
	add := func(n, seen, left int64) {
		if n > 0 {
			p := (float64(seen-n) + prior) / (float64(left) + spread)
			sum.AddProduct(-math.Log(p), n)
			symbols += n
		}
	}
	for _, s := range part.steps {
		w := next.from[s]
		add(part.step[s], all.step[s], all.left[w]-part.left[w])
	}
	for _, s := range part.stops {
		left := all.left[s] - part.left[s]
		add(part.ends[s].converted, all.ends[s].converted, left)
		add(part.ends[s].lost, all.ends[s].lost, left)
	}
	return sum.Float64(), float64(symbols)
}

// overFolds returns the ratio of the sums of a and b over folds, and its standard
// error, taking the folds for a sample:
//
//	m = sum a_f / sum b_f,  SE^2 = F/(F-1) * sum (a_f - m*b_f)^2 / (sum b_f)^2
//
// F is the number of folds with b_f > 0 (Cochran, "Sampling Techniques", 1977,
// section 6.3); ok says that there are two at least.
func overFolds(a, b []float64) (m, se float64, ok bool) {
	var up, down, squares float64
	folds := 0
	for i := range b {
		if b[i] > 0 {
			folds++
			up += a[i]
			down += b[i]
		}
	}
	if folds < 2 {
		return 0, 0, false
	}
	m = up / down
	for i := range b {
		if b[i] > 0 {
			d := a[i] - float64(m*b[i])
			squares += float64(d * d)
		}
	}
	f := float64(folds)
	return m, math.Sqrt(f/(f-1)*squares) / down, true
}
