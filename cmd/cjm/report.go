package main

import (
	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey/markov"
)

// report is what cjm attribute prints.
type report struct {
	account *account
	results []*attribution.Result
	// doubts are about each result; nil where they are not asked for.
	doubts []*attribution.Uncertainty
	// returns are those of each result; nil where no cost is known.
	returns []*attribution.SpendResult
	// orders is how the order of the chain was chosen; nil where it was given.
	orders *markov.OrderTable
}
