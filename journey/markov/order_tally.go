package markov

// orderTally counts steps at one order: into each window of the order above, which
// are the transitions to a channel, and into each end.
type orderTally struct {
	step []int64 // by window of the order above
	left []int64 // by window: all transitions out of it, ends included
	ends []orderEnds
	// steps and stops are the elements of step and ends that are not zero, in
	// order of their first count.
	steps, stops []uint32
}

// orderEnds counts the journeys that ended in a window.
type orderEnds struct{ converted, lost int64 }

func (e orderEnds) total() int64 { return e.converted + e.lost }

func newOrderTally(w, next *orderWindows) *orderTally {
	return &orderTally{
		step: make([]int64, next.len()),
		left: make([]int64, w.len()),
		ends: make([]orderEnds, w.len()),
	}
}

// add counts the paths.
func (t *orderTally) add(paths []corpusPath, w, next *orderWindows) {
	for i := range paths {
		p := &paths[i]
		n := p.journeys()
		for j := p.first; j < p.last; j++ {
			s := next.at[j+1]
			if t.step[s] == 0 {
				t.steps = append(t.steps, s)
			}
			t.step[s] += n
			t.left[w.at[j]] += n
		}
		if p.conversions+p.nulls == 0 {
			continue
		}
		stop := w.at[p.last]
		e := &t.ends[stop]
		if e.total() == 0 {
			t.stops = append(t.stops, stop)
		}
		e.converted += p.conversions
		e.lost += p.nulls
		t.left[stop] += p.conversions + p.nulls
	}
}

// reset sets the tally back to zero in the time that counting took.
func (t *orderTally) reset(next *orderWindows) {
	for _, s := range t.steps {
		t.step[s] = 0
		t.left[next.from[s]] = 0
	}
	for _, s := range t.stops {
		t.ends[s] = orderEnds{}
		t.left[s] = 0
	}
	t.steps, t.stops = t.steps[:0], t.stops[:0]
}
