package dropoff

// replayRetentioneering counts as the funnel of retentioneering does
// (src/retentioneering/tools/funnel.py at commit 08e8c7a2).
//
// Step 1 is done by its first touch, each further step by its first touch behind
// that of the step before, in the order of the path: times have no influence, and
// there is no window. Of two touches of one instant, the one that comes first in
// the path is the earlier.
func replayRetentioneering(f *Funnel, s *scan, r *replayed) {
	for i := range s.at {
		if len(r.hits) == len(f.Steps) {
			break
		}
		if s.steps[i]>>len(r.hits)&1 != 0 {
			r.hits = append(r.hits, i)
		}
	}
	r.depth = len(r.hits)
}
