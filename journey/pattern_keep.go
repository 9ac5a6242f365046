package journey

import (
	"iter"
	"slices"
)

// MatchPath reports whether the pattern occurs among the labels of the path; nil
// means [ByEvent]. Touches with the empty label take no part.
func (p Pattern) MatchPath(path *Path, label Key) bool {
	c := p.program
	if c == nil {
		return false
	}
	s := c.initial
	for i := range path.Touchpoints {
		if c.found(s) {
			return true
		}
		if name := label.of(&path.Touchpoints[i]); name != "" {
			s = c.step(s, c.passing(name))
		}
	}
	return c.accepts(s)
}

// KeepReport says what [Pattern.Keep] did.
type KeepReport struct {
	// Paths is how many paths were read, and Kept in how many the pattern
	// occurs.
	Paths, Kept int64
	// Unseen are the names of the pattern that no touch of these paths had,
	// sorted. A name that is mistyped is among them.
	Unseen []string
}

// Keep yields the paths of in that the pattern occurs in, see
// [Pattern.MatchPath], and every error of in as it comes. While the loop runs,
// and after it, report says what was kept; nil is allowed.
func (p Pattern) Keep(in iter.Seq2[Path, error], label Key, report *KeepReport) iter.Seq2[Path, error] {
	return func(yield func(Path, error) bool) {
		if report == nil {
			report = new(KeepReport)
		}
		*report = KeepReport{Unseen: p.Names()}
		for path, err := range in {
			if err == nil {
				report.Paths++
				report.see(&path, label)
				if !p.MatchPath(&path, label) {
					continue
				}
				report.Kept++
			}
			if !yield(path, err) {
				return
			}
		}
	}
}

// see takes the labels of the path out of the unseen names.
func (r *KeepReport) see(path *Path, label Key) {
	for i := range path.Touchpoints {
		if len(r.Unseen) == 0 {
			return
		}
		if at, ok := slices.BinarySearch(r.Unseen, label.of(&path.Touchpoints[i])); ok {
			r.Unseen = slices.Delete(r.Unseen, at, at+1)
		}
	}
}
