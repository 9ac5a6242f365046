package markov

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// windowRows writes the paths of rows in windows of the given order: then the
// chain of order k is the one of order 1 of these.
func windowRows(rows []row, order int) []row {
	var out []row
	for _, r := range rows {
		names := strings.Fields(r.path)
		windows := make([]string, len(names))
		for t := range names {
			windows[t] = strings.Join(names[max(0, t+1-order):t+1], "|")
		}
		r.path = strings.Join(windows, " ")
		out = append(out, r)
	}
	return out
}

// windowOracle is the chain of the given order in rational numbers.
func windowOracle(rows []row, order int) *oracle { return newOracle(windowRows(rows, order), true) }

// windowOf returns the channels of a state of a windowOracle.
func windowOf(s State) []string {
	if s == Start {
		return nil
	}
	return strings.Split(string(s.channel), "|")
}

// start returns the probability to convert and the expected value from Start.
func (o *oracle) start() (conversion, value *big.Rat) {
	x := o.solve(o.to(Converted), o.valueOf)
	i := slices.Index(o.states, Start)
	return x[i][0], x[i][1]
}

// withoutAll returns the chain in which the transitions into all states for
// which lost is true are redirected to Lost.
func (o *oracle) withoutAll(lost func(window []string) bool) *oracle {
	w := o
	for _, s := range o.states {
		if s != Start && lost(windowOf(s)) {
			w = w.without(s)
		}
	}
	return w
}

// effects returns 1 - P(without)/P for conversions and value.
func (o *oracle) effects(without *oracle) (conversion, value *big.Rat) {
	b, u := o.start()
	b2, u2 := without.start()
	return lostPart(b, b2), lostPart(u, u2)
}

func lostPart(all, left *big.Rat) *big.Rat {
	if all.Sign() == 0 {
		return new(big.Rat)
	}
	q := new(big.Rat).Quo(left, all)
	return q.Sub(big.NewRat(1, 1), q)
}

func countWindows(t testing.TB, order int, o Options, rows ...row) *WindowCounts {
	t.Helper()
	c, err := NewWindowCounts(order, o)
	require.NoError(t, err)
	var d journey.Dictionary
	for _, r := range rows {
		require.NoError(t, c.Add(r.counted(&d)))
	}
	return c
}

func fitWindows(t testing.TB, order int, rows ...row) *WindowChain {
	t.Helper()
	chain, err := countWindows(t, order, Options{Closed: CensorClosed}, rows...).Fit()
	require.NoError(t, err)
	return chain
}

func channelsOf(rows []row) []touchpoint.Channel {
	var all []touchpoint.Channel
	for _, r := range rows {
		all = append(all, r.names()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
