package attribution

import (
	"cmp"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// chainSandwich are the tables of a Markov model with what the sandwich needs
// beside the counts: the journeys of every customer, as references to their channel
// sequences, and sums over those of which the customer is not known.
type chainSandwich struct {
	closedSpec
	*removalTables
	paths  distinctPaths
	visits []visit
}

// visit is a path of a known customer.
type visit struct {
	customer                  uint64
	path                      int
	conversions, nulls, opens int64
	value                     float64
}

// newChainTables returns the tables that the method needs.
func newChainTables(spec closedSpec, inner *removalTables) tables {
	if spec.method == BySandwich {
		return &chainSandwich{closedSpec: spec, removalTables: inner}
	}
	return &chainDelta{closedSpec: spec, removalTables: inner}
}

func (s *chainSandwich) fresh() tables {
	return &chainSandwich{closedSpec: s.closedSpec, removalTables: s.removalTables.fresh().(*removalTables)}
}

func (s *chainSandwich) ready(p *journey.Counted) error {
	if err := checkSquare(p); err != nil {
		return err
	}
	return s.removalTables.ready(p)
}

func (s *chainSandwich) count(t *tally, p *journey.Counted, codes []journey.Code) {
	s.removalTables.count(t, p, codes)
	if p.Customer == 0 {
		s.paths.add(p, codes, nil)
		return
	}
	s.visits = append(s.visits, visit{p.Customer, s.paths.find(codes, nil), p.Conversions, p.Nulls, p.Opens, p.Value})
}

func (s *chainSandwich) merge(t *tally, other tables, to []journey.Code) {
	o := other.(*chainSandwich)
	s.removalTables.merge(t, o.removalTables, to)
	places := s.paths.merge(&o.paths, to)
	for _, e := range o.visits {
		e.path = places[e.path]
		s.visits = append(s.visits, e)
	}
}

// sort puts the paths of the customers into an order that does not depend on that
// in which they came. Order has the paths in theirs.
func (s *chainSandwich) sort(order []int) {
	place := inverse(order)
	slices.SortFunc(s.visits, func(a, b visit) int { return a.compare(b, place) })
}

func (e visit) compare(other visit, place []int) int {
	return cmp.Or(
		cmp.Compare(e.customer, other.customer), cmp.Compare(place[e.path], place[other.path]),
		cmp.Compare(e.conversions, other.conversions), cmp.Compare(e.nulls, other.nulls),
		cmp.Compare(e.opens, other.opens), cmp.Compare(e.value, other.value),
	)
}

func inverse(order []int) []int {
	place := make([]int, len(order))
	for at, i := range order {
		place[i] = at
	}
	return place
}

func (s *chainSandwich) append(t *tally, dst []byte) ([]byte, error) {
	dst, err := s.removalTables.append(t, dst)
	if err != nil {
		return nil, err
	}
	ranks := t.dict().Ranks()
	order := s.paths.sorted(ranks)
	if dst, err = s.paths.append(dst, order, ranks); err != nil {
		return nil, err
	}
	s.sort(order)
	place := inverse(order)
	dst = wire.AppendUint(dst, uint64(len(s.visits)))
	last := uint64(0)
	for _, e := range s.visits {
		dst = wire.AppendUint(dst, e.customer-last)
		dst = wire.AppendUint(dst, uint64(place[e.path]))
		dst = wire.AppendCount(dst, e.conversions)
		dst = wire.AppendCount(dst, e.nulls)
		dst = wire.AppendCount(dst, e.opens)
		dst = appendFloat(dst, e.value)
		last = e.customer
	}
	return dst, nil
}

func (s *chainSandwich) decode(t *tally, d *wire.Decoder) {
	s.removalTables.decode(t, d)
	s.paths.decode(d, t)
	s.visits = nil
	place := make([]int, len(s.paths.list)) // paths come in their order
	used := make([]bool, len(place))
	var all outcomes
	for i := range place {
		p := &s.paths.list[i]
		place[i], used[i] = i, p.journeys() > 0
		all.conversions += p.conversions
		all.nulls += p.nulls
		all.opens += p.opens
	}
	last := uint64(0)
	for i := range d.Len() {
		e := visit{
			last + d.Uint(), d.Index(len(place)), d.Count(), d.Count(), d.Count(), decodeFloat(d),
		}
		p := journey.Counted{Conversions: e.conversions, Nulls: e.nulls, Opens: e.opens, Value: e.value}
		if d.Err() != nil || e.customer < last || e.customer == 0 || p.Validate() != nil || e.value > largestValue ||
			e.conversions > t.all.conversions-all.conversions || e.nulls > t.all.nulls-all.nulls || e.opens > t.all.opens-all.opens ||
			e.conversions+e.nulls+e.opens == 0 || i > 0 && s.visits[i-1].compare(e, place) > 0 {
			d.Fail()
			return
		}
		all.conversions += e.conversions
		all.nulls += e.nulls
		all.opens += e.opens
		used[e.path] = true
		s.visits = append(s.visits, e)
		last = e.customer
	}
	if slices.Contains(used, false) || all.conversions != t.all.conversions || all.nulls != t.all.nulls || all.opens != t.all.opens {
		d.Fail()
	}
}

// uncertainty adds up, for each customer, the influence of the customer's journeys.
func (s *chainSandwich) uncertainty(t *tally, r *Result) (*Uncertainty, error) {
	order := s.paths.sorted(t.dict().Ranks())
	s.sort(order)
	v, _, err := newChainVariance(t, s.chain)
	if err != nil {
		return nil, err
	}
	w := chainWalk{chainVariance: v, rate: v.rates(), slope: v.newInfluence()}
	units := t.all.journeys()
	customers := int64(0)
	for visits := s.visits; len(visits) > 0; {
		customer := visits[0].customer
		w.begin()
		for ; len(visits) > 0 && visits[0].customer == customer; visits = visits[1:] {
			e := &visits[0]
			w.visit(s.paths.list[e.path].codes, e)
			units -= e.conversions + e.nulls + e.opens
		}
		w.unit.n = 1
		v.add(&w.unit)
		customers++
		units++
	}
	for _, i := range order {
		w.alone(&s.paths.list[i])
	}
	return normalUncertainty(t, r, &s.touched, v.variances, s.method, s.level, units, customers)
}
