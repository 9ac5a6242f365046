package attribution

// Sandwich is a model together with intervals by customer: customers are
// independent, the journeys of one are not. Its results are those of the model;
// [UncertaintyOf] gives the intervals. Journeys of which the customer is not known
// are each a unit of their own.
//
// Every credit, share and removal effect T is linearised: customer u moves it by
//
//	psi_u = sum over the transitions (i->j) of u of (h_ij - hbar_i)/C_i
//	Var(T) = sum over u of psi_u^2
//
// in the notation of [Delta], and for models that credit each path by itself by the
// sums over the customer's journeys in place of x_j and k_j. This holds whether or
// not the chain is true, and however alike the journeys of a customer are, for as
// long as there are many customers (White, "Maximum likelihood estimation of
// misspecified models", Econometrica 50 (1982) 1-25; Liang and Zeger, "Longitudinal
// data analysis using generalized linear models", Biometrika 73 (1986) 13-22).
//
// The journeys of a customer need not come together. One pass is enough: the
// accumulator keeps, for each path with a customer, 24 bytes and 32 more for each
// channel that it credits, or, for a chain, 48 bytes and each distinct channel
// sequence once. Paths without a customer are added up. The zero Level means
// [DefaultLevel].
type Sandwich struct {
	Model Model
	Level float64
}

// Name returns the name of the model.
func (s Sandwich) Name() string { return nameOf(s.Model) }

// Validate reports what is wrong with the model, a level outside of (0, 1), and as
// a [*MethodError] a model that cannot be linearised.
func (s Sandwich) Validate() error { return validateClosed(BySandwich, s.Model, s.Level) }

// NewAccumulator implements [Model]. The model must be valid.
func (s Sandwich) NewAccumulator() Accumulator {
	return newClosed(BySandwich, s.Model, s.Level)
}
