package journey

import (
	"errors"
	"fmt"
)

// ErrUnknownCode says that a path has a channel code that its dictionary lacks.
var ErrUnknownCode = errors.New("journey: channel code not in the dictionary")

// Recoder translates the channel codes of paths, which may come with any
// dictionaries, into codes of one dictionary of its own, which has the names of
// these paths and no others. Accumulators use it, so that they neither change nor
// depend on the dictionaries they are fed from. The zero value is ready.
type Recoder struct {
	own Dictionary
	// source is the dictionary of the last path; to has for its codes the own
	// ones plus one, 0 where that has not been looked up.
	source *Dictionary
	to     []Code
	// same says that to need not be looked at: every own code is that of
	// source. So it is where all paths come with one dictionary that grew as
	// they did.
	same bool
	// seen is how many own codes there were when that was last known: counts
	// that are merged bring names of their own.
	seen  int
	codes []Code // of the last path
}

// Dictionary returns the names seen. It grows with the paths and must not be
// extended by anyone else.
func (r *Recoder) Dictionary() *Dictionary { return &r.own }

// Codes returns the path's channels in codes of the recoder's dictionary, valid
// until the next call; they must not be changed. The error is [ErrUnknownCode];
// nothing has changed then.
func (r *Recoder) Codes(p *Counted) ([]Code, error) {
	if p.Dictionary != r.source {
		r.source, r.to = p.Dictionary, nil
		r.same, r.seen = r.own.Len() == 0, 0
	}
	r.same = r.same && r.seen == r.own.Len()
	if r.same {
		known := Code(r.own.Len())
		for _, c := range p.Channels {
			if c >= known {
				return r.translate(p)
			}
		}
		return p.Channels, nil
	}
	return r.translate(p)
}

func (r *Recoder) translate(p *Counted) ([]Code, error) {
	if r.source == nil {
		if len(p.Channels) == 0 {
			return nil, nil
		}
		return nil, fmt.Errorf("%w: %d", ErrUnknownCode, p.Channels[0])
	}
	for _, c := range p.Channels {
		if int(c) >= r.source.Len() {
			return nil, fmt.Errorf("%w: %d", ErrUnknownCode, c)
		}
	}
	if n := r.source.Len() - len(r.to); n > 0 {
		r.to = append(r.to, make([]Code, n)...)
	}
	r.codes = r.codes[:0]
	for _, c := range p.Channels {
		if r.to[c] == 0 {
			own := r.own.Code(r.source.Name(c))
			r.to[c] = own + 1
			r.same = r.same && own == c
		}
		r.codes = append(r.codes, r.to[c]-1)
	}
	r.seen = r.own.Len()
	return r.codes, nil
}
