package attribution

import (
	"iter"
	"slices"

	"github.com/cjm-go/cjm/touchpoint"
)

// Estimate says how far a number may be from what it estimates.
type Estimate struct {
	// SE is the standard error, in the unit of the number.
	SE float64
	// Lo and Hi bound the interval that covers the truth with the probability
	// [Uncertainty.Level]. Where the number cannot be negative, or is a
	// probability, neither can the bounds leave that range.
	Lo, Hi float64
}

// ChannelUncertainty is what is uncertain about the credit of one channel. See
// [Credit] for the numbers estimated.
type ChannelUncertainty struct {
	// Conversions, Share and Value are about the fields of [Credit].
	Conversions, Share, Value Estimate
	// Removal is about the removal effects; nil for models that have none, and
	// for the line of empty paths.
	Removal *RemovalUncertainty
	// Touching is the number of conversions whose journeys touched the channel.
	Touching int64
	// Few says that Touching is below [FewConversions]: standard errors are then
	// too small themselves, and so are the intervals made of them.
	Few bool
}

// RemovalUncertainty is what is uncertain about the removal effects of a channel.
type RemovalUncertainty struct {
	// Effect is about the effect on the conversions. Where there are few of
	// them the interval of a closed form is no guide, least of all where none
	// leaves it without width: it is then widened to hold that of TouchingShare.
	Effect Estimate
	// ValueEffect is about the effect on the value; zero where there is none.
	ValueEffect Estimate
	// TouchingShare is about the part of the conversions whose journeys touched
	// the channel: Wilson's interval, which takes the conversions to be
	// independent, or that of the bootstrap.
	TouchingShare Estimate
}

// FewConversions is the number of touching conversions below which an interval is
// marked: [ChannelUncertainty.Few].
const FewConversions = 10

// Uncertainty says, for each channel of a [Result], how far its numbers may be
// from those that the same customers and channels would show in the long run. It
// does not change.
//
// The journeys, or the customers, are taken for a random sample. How many journeys
// there are is taken as given: credits are those of as many journeys, and are
// uncertain because of which journeys these are.
type Uncertainty struct {
	model     string
	method    Method
	level     float64
	journeys  int64
	units     int64
	customers int64

	replicates, skipped int
	seed                uint64

	channels []touchpoint.Channel // sorted
	lines    []ChannelUncertainty // of each channel
	ranks    [][]float64          // of each channel; nil unless bootstrapped
	warnings []error
}

// Model returns the name of the model.
func (u *Uncertainty) Model() string { return u.model }

// Method returns how the intervals were found.
func (u *Uncertainty) Method() Method { return u.method }

// Level returns the probability with which an interval covers, in (0, 1).
func (u *Uncertainty) Level() float64 { return u.level }

// Units returns how many independent units there are: customers where they are
// known and the method looks at them, and journeys of which the customer is not
// known.
func (u *Uncertainty) Units() int64 { return u.units }

// Customers returns how many of the units are customers.
func (u *Uncertainty) Customers() int64 { return u.customers }

// Journeys returns the number of journeys.
func (u *Uncertainty) Journeys() int64 { return u.journeys }

// Replicates returns how many replicates of a bootstrap the intervals are made of,
// and how many were skipped because nothing in them converted. Both are 0 for
// other methods.
func (u *Uncertainty) Replicates() (used, skipped int) { return u.replicates, u.skipped }

// Seed returns the seed of a bootstrap, 0 for other methods.
func (u *Uncertainty) Seed() uint64 { return u.seed }

// Warnings returns what to know before trusting the intervals: [ErrFewUnits],
// [ErrSkipped].
func (u *Uncertainty) Warnings() []error { return slices.Clone(u.warnings) }

// All yields the channels in the order of their names, with the line of empty
// paths among them as in [Result.All].
func (u *Uncertainty) All() iter.Seq2[touchpoint.Channel, ChannelUncertainty] {
	return func(yield func(touchpoint.Channel, ChannelUncertainty) bool) {
		for i, channel := range u.channels {
			if !yield(channel, u.lines[i].clone()) {
				return
			}
		}
	}
}

// Channel returns what is uncertain about a channel, and whether it was seen.
func (u *Uncertainty) Channel(channel touchpoint.Channel) (ChannelUncertainty, bool) {
	i, ok := slices.BinarySearch(u.channels, channel)
	if !ok {
		return ChannelUncertainty{}, false
	}
	return u.lines[i].clone(), true
}

// Ranks returns the probabilities that the channel is first, second and so on by
// credited conversions, as the bootstrap sees them; channels that tie share their
// places equally. It is nil for other methods, for channels not seen and for the
// line of empty paths.
func (u *Uncertainty) Ranks(channel touchpoint.Channel) []float64 {
	i, ok := slices.BinarySearch(u.channels, channel)
	if !ok || u.ranks == nil {
		return nil
	}
	return slices.Clone(u.ranks[i])
}

func (c ChannelUncertainty) clone() ChannelUncertainty {
	if c.Removal != nil {
		removal := *c.Removal
		c.Removal = &removal
	}
	return c
}
