package attribution

import (
	"encoding"
	"errors"

	"github.com/cjm-go/cjm/journey"
)

// Model is a rule by which conversions are credited to channels. Models are plain
// values whose zero value works; anything that has these methods is a model.
type Model interface {
	// Name names the model in results, such as "markov".
	Name() string
	// Validate reports all that is wrong with the configuration.
	Validate() error
	// NewAccumulator returns an empty accumulator of the model.
	NewAccumulator() Accumulator
}

// Accumulator counts paths for one model: Add · Merge · Result. Its state is all
// that the model needs to know of the paths and no more. It is not safe for
// concurrent use.
//
// The order of the paths, how they are spread over accumulators and the order of
// merging do not change a bit of the result or of the bytes.
type Accumulator interface {
	// Add counts a path. On an error nothing has changed.
	Add(p *journey.Counted) error
	// Merge adds what other counted, which stays as it is. The error is
	// [ErrModel] unless other belongs to the same model, configured alike.
	Merge(other Accumulator) error
	// Result credits what has been counted so far. Paths may be added
	// afterwards.
	Result() (*Result, error)

	encoding.BinaryMarshaler
	// UnmarshalBinary replaces the state by one that MarshalBinary wrote for
	// the same model.
	encoding.BinaryUnmarshaler
}

var (
	// ErrNoJourneys says that nothing has been counted.
	ErrNoJourneys = errors.New("attribution: no journeys")
	// ErrNoConversions says that there are journeys, but none converted, so there is
	// nothing to credit.
	ErrNoConversions = errors.New("attribution: no conversions")
	// ErrNoTimes says that a model that looks at times met a path without them.
	ErrNoTimes = errors.New("attribution: the path has no times")
	// ErrModel says that an accumulator belongs to another model, or to the same one
	// configured otherwise.
	ErrModel = errors.New("attribution: not the same model")
	// ErrConfig says that a model is configured in a way that makes no sense.
	ErrConfig = errors.New("attribution: bad configuration")
	// ErrWeights says that a user's weight function gave weights that cannot be used.
	ErrWeights = errors.New("attribution: bad weights")
	// ErrReserved says that a channel has a name that stands for something else.
	ErrReserved = errors.New("attribution: reserved channel name " + string(journey.None))
	// ErrOverflow says that the value of all conversions exceeds the largest float64.
	ErrOverflow = errors.New("attribution: total value overflows")
)
