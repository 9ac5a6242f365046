package markov

import (
	"errors"
	"fmt"
)

var (
	// ErrFolds says that fewer than two folds hold journeys, so nothing can be
	// held out and predicted from the rest.
	ErrFolds = errors.New("markov: cross-validation needs journeys in at least two folds")
	// ErrOutcomes says that the area under the ROC curve is undefined: it
	// compares journeys that converted with journeys that were lost.
	ErrOutcomes = errors.New("markov: AUC needs journeys that converted and journeys that were lost")
	// ErrInSample says that ChannelAttribution's rule finds no order: it leaves
	// out those with more possible windows than journeys.
	ErrInSample = errors.New("markov: more windows than journeys at every order")
)

// Warnings of an [OrderTable].
var (
	// ErrEmptyFolds says that some folds hold no journeys.
	ErrEmptyFolds = errors.New("markov: folds without journeys")
	// ErrLongestPath says that orders were tried that are higher than the
	// longest path has touches. They are all the same model: the journeys
	// themselves.
	ErrLongestPath = errors.New("markov: order beyond the longest path")
	// ErrHighestOrder says that the chosen order is the highest that was tried,
	// so a higher one may be better.
	ErrHighestOrder = errors.New("markov: the chosen order is the highest tried")
)

// errHeldOutcomes is ErrOutcomes for journeys that are compared within folds.
var errHeldOutcomes = fmt.Errorf("%w, both in each of two folds at least", ErrOutcomes)
