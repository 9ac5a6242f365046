package journey

// Suppressed says how much [SuppressSmall] or [SuppressSmallCells] left out.
type Suppressed struct {
	// Rows are the paths that were left out.
	Rows int64 `json:"rows"`
	// Journeys are those that went over them, which the table that is left lacks.
	Journeys int64 `json:"journeys"`
}

// SuppressSmall returns the counts without the paths that stand for fewer than least
// journeys, and how much that was: a path that few customers went may tell who they
// were, so that a table to be published should not show it. c stays as it is. A least
// of 1 or below leaves everything in.
//
// What is left out is not merged into another row, for no path would be true of it:
// totals and rates of the table that is left are those of frequent paths.
//
// Two things may still give a small path away. One is arithmetic: who knows the total
// from elsewhere, an earlier or a wider table perhaps, finds what is missing by
// subtraction, exactly so where only one row is (statistics calls the remedy secondary
// suppression; it needs to know all that is published, which this function does not). Publish
// neither the total nor the [Suppressed] with the table where that matters. The other
// is a small number in a row of many journeys, such as a single conversion with its
// value: see [SuppressSmallCells].
func SuppressSmall(c *Counts, least int64) (kept *Counts, report Suppressed) {
	return c.suppress(func(s *sequence) bool { return s.journeys() < least })
}

// SuppressSmallCells is [SuppressSmall] for each number: it leaves out every path of
// which fewer than least journeys, but not none, converted, or were lost, or are open.
// Then the value of a row is that of least conversions together, or of none.
func SuppressSmallCells(c *Counts, least int64) (kept *Counts, report Suppressed) {
	return c.suppress(func(s *sequence) bool {
		for _, n := range [...]int64{s.conversions, s.nulls, s.opens} {
			if n > 0 && n < least {
				return true
			}
		}
		return false
	})
}

// journeys returns how many journeys the sequence stands for, which fits: see
// [Counts.Add].
func (s *sequence) journeys() int64 { return s.conversions + s.nulls + s.opens }

// suppress returns a copy without the sequences that are small.
func (c *Counts) suppress(small func(*sequence) bool) (*Counts, Suppressed) {
	kept, report := new(Counts), Suppressed{}
	for p, s := range c.sequences() {
		if small(s) {
			report.Rows++
			report.Journeys += s.journeys()
			continue
		}
		t, err := kept.sequence(p)
		if err != nil {
			continue // not reached: c has names for its codes
		}
		t.conversions, t.nulls, t.opens = s.conversions, s.nulls, s.opens
		t.value.Merge(&s.value)
		kept.total += s.journeys()
	}
	return kept, report
}
