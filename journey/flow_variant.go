package journey

import (
	"iter"
	"maps"
	"slices"
)

// Variant is a distinct sequence of labels, with the paths that took it.
type Variant struct {
	// Labels are those of the touches in order; none for paths without touch.
	// They are the receiver's to keep.
	Labels []string
	// Count is how many paths took it: Converted + Lost + Open.
	Count int64
	// Converted, Lost and Open are how many of them had which outcome.
	Converted, Lost, Open int64
	// Share is Count as a part of all paths, and Cover that of all variants up
	// to this one: how much of the traffic the first so many explain.
	Share, Cover float64
}

// variantCounts is a variant as codes, which are the places of the labels in
// their order.
type variantCounts struct {
	codes  []Code
	counts outcomeCounts
}

func compareVariants(a, b variantCounts) int { return slices.Compare(a.codes, b.codes) }

// sorted returns the variants in the order of their sequences.
func (f *Flow) sorted() []variantCounts {
	ranks := f.labels.Ranks()
	all := make([]variantCounts, 0, len(f.variants))
	codes := []Code{}
	for key, place := range f.variants {
		if cap(codes)-len(codes) < len(key) {
			codes = make([]Code, 0, max(1<<12, len(key)))
		}
		// A key has at least as many bytes as codes.
		begin := len(codes)
		codes = appendCodes(codes, key)
		v := variantCounts{codes[begin:len(codes):len(codes)], f.counts[place]}
		for i, code := range v.codes {
			v.codes[i] = Code(ranks[code])
		}
		all = append(all, v)
	}
	slices.SortFunc(all, compareVariants)
	return all
}

// NumVariants returns how many distinct variants there are.
func (r *FlowResult) NumVariants() int { return len(r.variants) }

// Variants yields the variants, the most frequent first, equally frequent ones
// in the order of their labels. Break off after the first n for the top n.
func (r *FlowResult) Variants() iter.Seq[Variant] {
	return func(yield func(Variant) bool) {
		covered := int64(0)
		for _, v := range r.variants {
			n := v.counts.total()
			covered += n
			w := Variant{
				Labels: make([]string, len(v.codes)), Count: n,
				Converted: v.counts[Converted], Lost: v.counts[Lost], Open: v.counts[Open],
				Share: float64(n) / float64(r.Paths()), Cover: float64(covered) / float64(r.Paths()),
			}
			for i, code := range v.codes {
				w.Labels[i] = r.names[code]
			}
			if !yield(w) {
				return
			}
		}
	}
}

// Lengths yields the numbers of touches that paths have, ascending, each with
// the number of these paths.
func (r *FlowResult) Lengths() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		paths := make(map[int]int64)
		for _, v := range r.variants {
			paths[len(v.codes)] += v.counts.total()
		}
		for _, length := range slices.Sorted(maps.Keys(paths)) {
			if !yield(length, paths[length]) {
				return
			}
		}
	}
}
