package attribution

import (
	"encoding/json"
	"iter"
	"math"
	"slices"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Comparison sets the results of several models side by side. It does not change.
type Comparison struct {
	models   []string
	channels []touchpoint.Channel // sorted
	credits  [][]Credit           // of each channel, by each model
	pairs    []Agreement
}

// Agreement says how much two results of a [Comparison] agree.
type Agreement struct {
	// First and Second are the places of the results in the comparison.
	First, Second int
	// Distance is the total variation distance of their shares: the part of the
	// conversions that one credits to other channels than the other does,
	//
	//	sum over c of |share_c - share'_c| / 2
	//
	// from 0, the same, to 1, no channel in common. Where a model credits
	// negative amounts it can be more.
	Distance float64
	// Spearman and Kendall compare the order in which the two put the channels
	// by credited conversions: see [Correlation]. The line of empty paths is
	// no channel.
	Spearman, Kendall Correlation
}

// Compare sets results side by side: of several models on the same journeys, or of
// one model differently configured. For one model on two sets of journeys see
// [Change].
func Compare(results ...*Result) *Comparison {
	c := &Comparison{}
	for _, r := range results {
		c.models = append(c.models, r.model)
		c.channels = append(c.channels, r.channels...)
	}
	slices.Sort(c.channels)
	c.channels = slices.Compact(c.channels)
	for _, channel := range c.channels {
		var row []Credit
		for _, r := range results {
			credit, _ := r.Credit(channel)
			row = append(row, credit)
		}
		c.credits = append(c.credits, row)
	}
	orders := make([][]int, len(results))
	for i := range results {
		orders[i] = c.ranks(i)
	}
	for i := range results {
		for j := i + 1; j < len(results); j++ {
			c.pairs = append(c.pairs, Agreement{
				First: i, Second: j, Distance: distance(c.channels, results[i], results[j]),
				Spearman: spearman(orders[i], orders[j]), Kendall: kendall(orders[i], orders[j]),
			})
		}
	}
	return c
}

// distance is the total variation distance of the shares of two results, whose
// channels are among those given.
func distance(channels []touchpoint.Channel, r, s *Result) float64 {
	sum := 0.0
	for _, channel := range channels {
		a, _ := r.Credit(channel)
		b, _ := s.Credit(channel)
		sum += math.Abs(a.Share - b.Share)
	}
	return sum / 2
}

// ranks returns the ranks of the channels in the i-th result.
func (c *Comparison) ranks(i int) []int {
	var shares []float64
	for k, channel := range c.channels {
		if channel != journey.None {
			shares = append(shares, c.credits[k][i].Share)
		}
	}
	return ranks(shares)
}

// Models returns the names of the models, in the order of the results.
func (c *Comparison) Models() []string { return slices.Clone(c.models) }

// All yields each channel of any result, in the order of their names, with its
// credit by each model. A result that does not have the channel gives it none.
func (c *Comparison) All() iter.Seq2[touchpoint.Channel, []Credit] {
	return func(yield func(touchpoint.Channel, []Credit) bool) {
		for i, channel := range c.channels {
			var row []Credit
			for _, credit := range c.credits[i] {
				row = append(row, credit.clone())
			}
			if !yield(channel, row) {
				return
			}
		}
	}
}

// Pairs yields how much each two results agree: the first with the second, the
// first with the third, and so on.
func (c *Comparison) Pairs() iter.Seq[Agreement] { return slices.Values(c.pairs) }

// comparisonVersion is the version of the JSON form.
const comparisonVersion = 1

// MarshalJSON returns the comparison as an object with a version field. A
// correlation that is not defined is left out.
func (c *Comparison) MarshalJSON() ([]byte, error) {
	out := jsonComparison{Version: comparisonVersion, Models: append([]string{}, c.models...), Channels: []jsonCompared{}, Pairs: []jsonPair{}}
	for i, channel := range c.channels {
		line := jsonCompared{Channel: channel}
		for _, credit := range c.credits[i] {
			line.Conversions = append(line.Conversions, credit.Conversions)
			line.Value = append(line.Value, credit.Value)
			line.Share = append(line.Share, credit.Share)
		}
		out.Channels = append(out.Channels, line)
	}
	for _, p := range c.pairs {
		out.Pairs = append(out.Pairs, jsonPair{
			Models: [2]string{c.models[p.First], c.models[p.Second]}, Distance: p.Distance,
			Spearman: p.Spearman.json(), Kendall: p.Kendall.json(),
		})
	}
	return json.Marshal(out)
}

type jsonComparison struct {
	Version  int            `json:"version"`
	Models   []string       `json:"models"`
	Channels []jsonCompared `json:"channels"`
	Pairs    []jsonPair     `json:"pairs"`
}

type jsonCompared struct {
	Channel     touchpoint.Channel `json:"channel"`
	Conversions []float64          `json:"conversions"`
	Value       []float64          `json:"value"`
	Share       []float64          `json:"share"`
}

type jsonPair struct {
	Models   [2]string `json:"models"`
	Distance float64   `json:"distance"`
	Spearman *float64  `json:"spearman,omitempty"`
	Kendall  *float64  `json:"kendall,omitempty"`
}
