package markov

import (
	"math"

	"github.com/cjm-go/cjm/journey"
)

// corpus is what was counted, laid out for the computation: the distinct sequences
// of channels, as places one after the other. A sequence of n touches has n+1
// places: one before its first touch and one behind each touch.
type corpus struct {
	// touch is the code of the touch that leads to each place; unused for the
	// first place of a sequence.
	touch     []uint32
	sequences []placeRange
	// paths are the sequences again, fold by fold, with the journeys over them.
	paths []corpusPath
	folds []int // the first path of each fold, and the number of paths
	// alphabet is the number of symbols that may come next: the channels,
	// conversion, and loss unless that is excluded.
	alphabet int
	channels int
	longest  int // touches of the longest sequence
}

// placeRange is the first and the last place of a sequence.
type placeRange struct{ first, last int }

type corpusPath struct {
	placeRange
	conversions, nulls, opens int64
}

func (p *corpusPath) journeys() int64 { return p.conversions + p.nulls + p.opens }

// corpus lays out the counts. The error is [journey.ErrOverflow] where there are
// more places than 32 bits number.
func (c *OrderCounts) corpus() (*corpus, error) {
	n := c.recoder.Dictionary().Len()
	k := &corpus{channels: n, alphabet: n + 2}
	if c.options.Nulls == ExcludeNulls {
		k.alphabet--
	}
	known := make(map[string]int) // sequences by their codes
	var codes []journey.Code
	for _, parts := range c.divide() {
		k.folds = append(k.folds, len(k.paths))
		for _, p := range parts {
			_, key := c.paths[p.path].split()
			i, ok := known[key]
			if !ok {
				i = len(k.sequences)
				known[key] = i
				_, codes = c.paths[p.path].decode(codes[:0])
				k.add(codes)
			}
			k.paths = append(k.paths, corpusPath{k.sequences[i], p.conversions, p.nulls, p.opens})
		}
	}
	k.folds = append(k.folds, len(k.paths))
	if uint64(len(k.touch)) > math.MaxUint32 {
		return nil, journey.ErrOverflow
	}
	return k, nil
}

// add lays out a sequence.
func (c *corpus) add(codes []journey.Code) {
	c.longest = max(c.longest, len(codes))
	first := len(c.touch)
	c.touch = append(c.touch, 0)
	for _, code := range codes {
		c.touch = append(c.touch, uint32(code))
	}
	c.sequences = append(c.sequences, placeRange{first, first + len(codes)})
}
