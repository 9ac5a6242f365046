package journey

import (
	"iter"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// touchBuffer holds touchpoints in memory, by customer: in chunks, so that
// growing copies nothing, and chained, so that another touchpoint of a customer
// touches no memory of the others.
type touchBuffer struct {
	chunks [][]touchEntry
	n      int // entries in use
	byName map[string]int
	chains []touchChain
}

type touchEntry struct {
	touchpoint.Touchpoint
	next *touchEntry // of the same customer
}

// touchChain holds the touchpoints of a customer, the last one first.
type touchChain struct {
	name string
	head *touchEntry
}

const touchChunk = 256

func (b *touchBuffer) len() int { return b.n }

func (b *touchBuffer) add(t *touchpoint.Touchpoint) {
	if b.n == len(b.chunks)*touchChunk {
		b.chunks = append(b.chunks, make([]touchEntry, touchChunk))
	}
	i, ok := b.byName[t.Customer]
	if !ok {
		if b.byName == nil {
			b.byName = make(map[string]int)
		}
		i = len(b.chains)
		b.byName[t.Customer] = i
		b.chains = append(b.chains, touchChain{name: t.Customer})
	}
	chain := &b.chains[i]
	e := &b.chunks[b.n/touchChunk][b.n%touchChunk]
	b.n++
	e.Touchpoint, e.next = *t, chain.head
	// One copy of the name for all: the input may bring one a row.
	e.Customer = chain.name
	chain.head = e
}

// reset empties the buffer and keeps its memory for the next touchpoints.
func (b *touchBuffer) reset() {
	clear(b.byName)
	b.chains = b.chains[:0]
	b.n = 0
}

// customers yields the touchpoints of each customer in no order, customers
// sorted by name. The slice is valid until the next one. Nothing can be added
// afterwards before a reset.
func (b *touchBuffer) customers() iter.Seq[[]*touchpoint.Touchpoint] {
	return func(yield func([]*touchpoint.Touchpoint) bool) {
		slices.SortFunc(b.chains, func(c, d touchChain) int { return strings.Compare(c.name, d.name) })
		var refs []*touchpoint.Touchpoint
		for _, chain := range b.chains {
			refs = refs[:0]
			for e := chain.head; e != nil; e = e.next {
				refs = append(refs, &e.Touchpoint)
			}
			if !yield(refs) {
				return
			}
		}
	}
}

// inOrder yields the touchpoints, customers sorted by name.
func (b *touchBuffer) inOrder() iter.Seq2[*touchpoint.Touchpoint, error] {
	return func(yield func(*touchpoint.Touchpoint, error) bool) {
		for refs := range b.customers() {
			for _, t := range refs {
				if !yield(t, nil) {
					return
				}
			}
		}
	}
}
