package attribution

import (
	"github.com/cjm-go/cjm/internal/gth"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/markov"
)

// chainInfluence says by how much one more step of a journey moves the removal
// effects of a fitted first-order chain.
//
// For T = RE_c and a step i->j out of the C_i that left i it is (h_ij - hbar_i)/C_i
// with
//
//	h_ij = -N^c_si beta^c_j / b_s + (1-RE_c) N_si beta_j / b_s
//	beta_j = b_j, beta^c_j = b_j - (N_jc/N_cc) b_c     1 for j = conversion, 0 for loss
//	N^c_si = N_si - f_c N_ci                           0 for i = c
//
// where N^c and beta^c belong to the chain that is lost in c. By the Markov property
// hbar_i is the same with i for j. For the effect on the value, expected values
// stand for b, and the value of the conversion for the 1.
type chainInfluence struct {
	states  []markov.State
	codes   []journey.Code // of the channels: the states without the first, Start
	numbers []int          // of the states, by code; 0 for channels not in the chain

	conversions, value payoff
}

// payoff is what the journeys of a chain bring, conversions or value, with all that
// the influence on its removal effects is made of. Rows are states, columns
// channels.
type payoff struct {
	at     []float64 // by state: what a journey there brings, b_i
	effect []float64 // by channel: RE_c
	sum    float64   // of the effects
	back   []float64 // (N_ic/N_cc) b_c
	// The influence is ahead*(beta_j-beta_i) + aside*(back_j-back_i).
	ahead []float64 // ((1-RE_c) N_si - N^c_si) / (C_i b_s)
	aside []float64 // N^c_si / (C_i b_s)
}

// newChainInfluence returns the influence for the chain that was fitted on the
// counts, with what left each state.
func newChainInfluence(t *tally, chain *markov.Chain, left []float64) (*chainInfluence, error) {
	g := &chainInfluence{states: chain.States(), numbers: make([]int, t.size())}
	for i, s := range g.states[1:] {
		channel, _ := s.Channel()
		code, _ := t.dict().Lookup(channel)
		g.codes = append(g.codes, code)
		g.numbers[code] = i + 1
	}
	removal, err := chain.Removal()
	if err != nil {
		return nil, err
	}
	k, n := len(g.states), len(g.codes)
	visits := chain.Visits()
	for _, p := range []*payoff{&g.conversions, &g.value} {
		p.at, p.effect = make([]float64, k), make([]float64, n)
		p.back, p.ahead, p.aside = make([]float64, k*n), make([]float64, k*n), make([]float64, k*n)
	}
	for i, s := range g.states {
		if g.conversions.at[i], err = chain.PConvert(s); err != nil {
			return nil, err
		}
		if g.value.at[i], err = chain.ExpectedValue(s); err != nil {
			return nil, err
		}
	}
	for c, s := range g.states[1:] {
		channel, _ := s.Channel()
		e := removal.Effect(channel)
		g.conversions.effect[c], g.value.effect[c] = e.Conversion, e.Value
	}
	for _, p := range []*payoff{&g.conversions, &g.value} {
		for _, e := range p.effect {
			p.sum += e
		}
		if p.at[0] == 0 {
			continue // no value, and no influence on it
		}
		for i := range k {
			scale := left[i] * p.at[0]
			for c := range n {
				once := visits.At(c+1, c+1)
				p.back[i*n+c] = visits.At(i, c+1) / once * p.at[c+1]
				without := 0.0
				if i != c+1 {
					without = visits.At(0, i) - visits.At(0, c+1)/once*visits.At(c+1, i)
				}
				p.ahead[i*n+c] = ((1-p.effect[c])*visits.At(0, i) - without) / scale
				p.aside[i*n+c] = without / scale
			}
		}
	}
	return g, nil
}

// step adds to dst, by channel, the influence of a step from state i to state j.
func (p *payoff) step(dst []float64, i, j int) {
	n := len(dst)
	b := p.at[j] - p.at[i]
	ahead, aside := p.ahead[i*n:i*n+n], p.aside[i*n:i*n+n]
	from, to := p.back[i*n:i*n+n], p.back[j*n:j*n+n]
	for c := range dst {
		dst[c] += ahead[c]*b + aside[c]*(to[c]-from[c])
	}
}

// end adds the influence of an end after state i that brings nothing.
func (p *payoff) end(dst []float64, i int) {
	n := len(dst)
	ahead, aside, from := p.ahead[i*n:i*n+n], p.aside[i*n:i*n+n], p.back[i*n:i*n+n]
	for c := range dst {
		dst[c] -= ahead[c]*p.at[i] + aside[c]*from[c]
	}
}

// worth adds what the influence of an end after state i has in addition for each
// unit that it brings.
func (p *payoff) worth(dst []float64, i int) {
	for c, ahead := range p.ahead[i*len(dst) : (i+1)*len(dst)] {
		dst[c] += ahead
	}
}

// credit sets dst, by channel, to the influence on the credits total*RE_c/sum RE,
// given that on the effects, r, and that on the total.
func (p *payoff) credit(dst, r []float64, total, onTotal float64) {
	clear(dst)
	if p.sum == 0 {
		return
	}
	sum := 0.0
	for _, x := range r {
		sum += x
	}
	for c := range dst {
		a := p.effect[c] / p.sum
		dst[c] = a*onTotal + total*(r[c]-a*sum)/p.sum
	}
}

// flows holds the transition counts of a chain: k states, the first of which is
// Start.
type flows struct {
	k                       int
	steps                   []float64 // k*k
	converted, lost, opened []float64 // by state: how journeys ended there; opened without an end in the chain
	left                    []float64 // by state: of all that came, those not opened
}

// newFlows returns the flows among the states of the chain.
func newFlows(counts *markov.Counts, states []markov.State) *flows {
	k := len(states)
	f := &flows{
		k: k, steps: make([]float64, k*k),
		converted: make([]float64, k), lost: make([]float64, k), opened: make([]float64, k),
		left: make([]float64, k),
	}
	came := make([]float64, k)
	came[0] = float64(counts.Journeys())
	for i, s := range states {
		f.converted[i] = float64(counts.Transitions(s, markov.Converted))
		f.lost[i] = float64(counts.Transitions(s, markov.Lost))
		f.left[i] += f.converted[i] + f.lost[i]
		for j, to := range states {
			n := float64(counts.Transitions(s, to))
			f.steps[i*k+j] = n
			f.left[i] += n
			came[j] += n
		}
	}
	for i := range states {
		f.opened[i] = max(came[i]-f.left[i], 0)
	}
	return f
}

// expected returns what a journey in each state brings until it ends or opens, where
// ends after a state bring the given sums.
func (f *flows) expected(brings []float64) ([]float64, error) {
	exit := make([]float64, f.k)
	for i := range exit {
		exit[i] = f.converted[i] + f.lost[i] + f.opened[i]
	}
	factors, err := gth.Factorize(f.k, f.steps, exit)
	if err != nil {
		return nil, err
	}
	x := append([]float64(nil), brings...)
	if err := factors.Solve(x, 1); err != nil {
		return nil, err
	}
	return x, nil
}
