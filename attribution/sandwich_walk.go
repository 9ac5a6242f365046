package attribution

import "github.com/cjm-go/cjm/journey"

// chainWalk adds up the influence of whole journeys.
type chainWalk struct {
	*chainVariance
	rate totals // of one journey, on average

	unit  chainUnit
	slope influence
	path  chainUnit // scratch: along one channel sequence
}

// totals are conversions and their value, by whether a channel was touched.
type totals struct{ touched, none, touchedValue, noneValue float64 }

// rates returns what one journey adds to the totals on average.
func (v *chainVariance) rates() totals {
	return totals{v.touched / v.journeys, v.none / v.journeys, v.touchedValue / v.journeys, v.noneValue / v.journeys}
}

// begin starts a customer.
func (w *chainWalk) begin() { w.reset(&w.unit) }

func (w *chainWalk) reset(u *chainUnit) {
	if u.conversions.effect == nil {
		u.conversions, u.value = w.newInfluence(), w.newInfluence()
	}
	clear(u.conversions.effect)
	clear(u.value.effect)
	u.conversions.touched, u.conversions.none = 0, 0
	u.value.touched, u.value.none = 0, 0
	u.n, u.w, u.s, u.slope = 0, 0, 0, nil
}

// follow sets w.path to the influence of the steps along the channels, and returns
// the state they come to; false if that is not in the chain.
func (w *chainWalk) follow(codes []journey.Code) (last int, ok bool) {
	w.reset(&w.path)
	for _, c := range codes {
		to := w.numbers[c]
		if to == 0 {
			return 0, false
		}
		w.step(&w.path, last, to)
		last = to
	}
	return last, true
}

// visit adds a path of the customer to w.unit.
func (w *chainWalk) visit(codes []journey.Code, e *visit) {
	journeys := float64(e.conversions + e.nulls + e.opens)
	conversions, ends := float64(e.conversions), float64(e.conversions+e.nulls)
	walked := journeys
	if w.excluded {
		walked, ends = conversions, conversions
	}
	u := &w.unit
	u.conversions.touched -= w.rate.touched * journeys
	u.conversions.none -= w.rate.none * journeys
	u.value.touched -= w.rate.touchedValue * journeys
	u.value.none -= w.rate.noneValue * journeys
	if len(codes) > 0 {
		u.conversions.touched += conversions
		u.value.touched += e.value
	} else {
		u.conversions.none += conversions
		u.value.none += e.value
	}
	if walked == 0 {
		return
	}
	last, ok := w.follow(codes)
	w.addPath(walked, walked)
	if !ok || ends == 0 {
		return
	}
	w.reset(&w.path)
	w.end(&w.path, last)
	w.addPath(ends, ends)
	if conversions > 0 {
		w.reset(&w.path)
		w.worth(&w.path, last)
		w.addPath(conversions, e.value)
	}
}

// addPath adds n times the influence of w.path on effects on conversions to w.unit,
// and v times that on values.
func (w *chainWalk) addPath(n, v float64) {
	for c, x := range w.path.conversions.effect {
		w.unit.conversions.effect[c] += n * x
	}
	for c, x := range w.path.value.effect {
		w.unit.value.effect[c] += v * x
	}
}

// alone adds the squares of the journeys of which the customer is not known.
func (w *chainWalk) alone(d *distinctPath) {
	begin := func(walk bool) (last int, ok bool) {
		w.reset(&w.path)
		if walk {
			last, ok = w.follow(d.codes)
		}
		w.path.conversions.touched, w.path.conversions.none = -w.rate.touched, -w.rate.none
		w.path.value.touched, w.path.value.none = -w.rate.touchedValue, -w.rate.noneValue
		return last, ok
	}
	if d.opens > 0 {
		begin(!w.excluded)
		w.path.n = float64(d.opens)
		w.add(&w.path)
	}
	if d.nulls > 0 {
		if last, ok := begin(!w.excluded); ok {
			w.end(&w.path, last)
		}
		w.path.n = float64(d.nulls)
		w.add(&w.path)
	}
	if d.conversions > 0 {
		last, _ := begin(true)
		w.convert(&w.path, &w.slope, last)
		w.path.n, w.path.w, w.path.s = float64(d.conversions), d.value.Float64(), d.squares.Float64()
		w.add(&w.path)
	}
}
