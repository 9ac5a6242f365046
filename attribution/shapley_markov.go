package attribution

import (
	"errors"
	"fmt"

	"github.com/cjm-go/cjm/journey/markov"
)

var _ Model = MarkovShapley{}

// MarkovShapley credits each channel with its Shapley value in the game on the
// absorbing chain of [Markov]: a set S of channels is worth the probability that a
// journey converts which goes over no others, every transition into another
// channel being redirected to the loss.
//
//	v(S)  = P(convert and V within S),  V = the channels visited
//	phi_c = E[ 1{convert, c in V} / |V| ]
//
// The dividends of this game are P(convert, V = T), never negative, so it shares
// the conversions of the chain equally among the channels that a converting journey
// visits, as [Shapley] does with those of the journeys themselves. At an order as
// long as the longest journey both are the same; at lower orders the chain smooths
// the counts. The removal effect of [Markov], times P(convert), is only the last of
// the marginal contributions that the Shapley value is the mean of: v of all
// channels minus v of all others.
//
// The Shapley values add up to P(convert) minus v of no channel, which is the
// probability to convert without a touch. Times the number of journeys they are
// the credits, and add up to the conversions of journeys with a touch, without
// rescaling where no journey is open. Value goes by the expected value instead of
// P(convert). [NewGame] gives the Shapley values themselves.
type MarkovShapley struct {
	// Order is how many touches make a state of the chain; 0 means 1.
	Order int
	// Nulls says whether the journeys that were lost, or are open, take part in
	// the chain.
	Nulls Nulls
	// MaxExact is up to how many channels the Shapley values are exact, at most
	// [MaxPlayers]. 0 means 20 at order 1, where it takes O(2^n) time, a tenth
	// of a second for 20, and 12 at higher orders, where each of the 2^n
	// coalitions is a chain to solve. With more channels they are
	// estimated from random orders of the channels.
	MaxExact int
	// Permutations is how many orders are sampled, at least 4 and an even
	// number: half of them are the reverse of the others. 0 means 1024 at
	// order 1, where each takes O(n^3) time, and 64 at higher orders, where
	// each takes n chains to solve.
	Permutations int
	// Seed selects the orders.
	Seed uint64
	// Parallelism is the number of goroutines that sample or solve chains: 0
	// means GOMAXPROCS. It does not change the result.
	Parallelism int
}

const (
	defaultChainExact   = 20
	defaultWindowExact  = 12
	defaultWindowOrders = 64
)

// Name returns "shapley-markov".
func (MarkovShapley) Name() string { return "shapley-markov" }

func (m MarkovShapley) order() int { return max(m.Order, 1) }

func (m MarkovShapley) options() markov.Options {
	return markov.Options{Nulls: m.Nulls, Closed: markov.CensorClosed}
}

func (m MarkovShapley) sampling() orderSampling {
	o := orderSampling{orders: m.Permutations, seed: m.Seed, parallelism: m.Parallelism}
	if m.Permutations == 0 && m.order() > 1 {
		o.orders = defaultWindowOrders
	}
	return o
}

// Validate reports a negative Order, a Nulls that does not exist, a MaxExact outside
// of 0 to [MaxPlayers], too few Permutations and a negative Parallelism.
func (m MarkovShapley) Validate() error {
	errs := m.sampling().validate(m.Name())
	if m.Order < 0 {
		errs = append(errs, configError(m.Name(), "the order is negative"))
	}
	if m.options().Validate() != nil {
		errs = append(errs, configError(m.Name(), "no such Nulls"))
	}
	if m.MaxExact < 0 || m.MaxExact > MaxPlayers {
		errs = append(errs, configError(m.Name(), fmt.Sprintf("MaxExact is not from 0 to %d", MaxPlayers)))
	}
	return errors.Join(errs...)
}

// NewAccumulator implements [Model]. The model must be valid.
func (m MarkovShapley) NewAccumulator() Accumulator {
	s := &walkTables{order: m.order(), options: m.options(), maxExact: m.MaxExact, sampling: m.sampling()}
	if s.maxExact == 0 {
		s.maxExact = defaultChainExact
		if s.order > 1 {
			s.maxExact = defaultWindowExact
		}
	}
	config := fmt.Sprintf("order %d, nulls %v, exact to %d, %d pairs, seed %d", s.order, m.Nulls, s.maxExact, s.sampling.pairs(), s.sampling.seed)
	return newAccumulator(identity{name: m.Name(), config: config}, s.fresh())
}
