package journey

import (
	"fmt"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	flowName    = "cjm/journey.Flow"
	flowVersion = 1
)

// MarshalBinary returns the flow as bytes, without the Label of its options.
// Equal flows give equal bytes, whatever the order in which they came together.
//
// After the header and the options come the labels, the number of touches without
// one, the variants in the order of their labels with the numbers of open,
// converted and lost paths, the times of each pair of labels, and the spans by
// outcome.
func (f *Flow) MarshalBinary() ([]byte, error) {
	b := wire.AppendString(wire.AppendHeader(nil, flowName, flowVersion), f.options.Name)
	noTimes := uint64(0)
	if f.options.NoTimes {
		noTimes = 1
	}
	b = wire.AppendNames(wire.AppendUint(b, noTimes), f.labels.SortedNames())
	b = wire.AppendCount(b, f.unlabelled)
	variants := f.sorted()
	b = wire.AppendUint(b, uint64(len(variants)))
	for _, v := range variants {
		b = wire.AppendUint(b, uint64(len(v.codes)))
		for _, code := range v.codes {
			b = wire.AppendUint(b, uint64(code))
		}
		for _, n := range v.counts {
			b = wire.AppendCount(b, n)
		}
	}
	if f.options.NoTimes {
		return b, nil
	}
	ranks := f.labels.Ranks()
	type timed struct {
		pair  labelPair // of ranks
		times *Durations
	}
	all := make([]timed, 0, len(f.times))
	for pair, times := range f.times {
		from, to := pair.codes()
		all = append(all, timed{pairOf(Code(ranks[from]), Code(ranks[to])), times})
	}
	slices.SortFunc(all, func(a, b timed) int {
		if a.pair < b.pair {
			return -1
		}
		return 1
	})
	b = wire.AppendUint(b, uint64(len(all)))
	var err error
	for _, t := range all {
		from, to := t.pair.codes()
		b = wire.AppendUint(wire.AppendUint(b, uint64(from)), uint64(to))
		if b, err = appendDurations(b, t.times); err != nil {
			return nil, err
		}
	}
	for i := range f.spans {
		if b, err = appendDurations(b, &f.spans[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// UnmarshalBinary replaces what was counted and the options but Label by what
// [Flow.MarshalBinary] wrote. It accepts nothing else: on an error nothing has
// changed.
func (f *Flow) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(flowName, flowVersion)
	n := Flow{options: FlowOptions{Label: f.options.Label, Name: d.String(), NoTimes: d.Index(2) == 1}}
	for _, name := range wire.Names[touchpoint.Channel](d) {
		if n.labels.Code(name); name == "" {
			d.Fail()
		}
	}
	if n.unlabelled = d.Count(); n.unlabelled > maxFlow {
		d.Fail()
	}
	edges := n.readVariants(d)
	if !n.options.NoTimes {
		n.readTimes(d, edges)
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("journey: flow: %w", err)
	}
	*f = n
	return nil
}

// readVariants reads the variants and returns how often which label came directly
// after which. The codes of labels are their ranks.
func (f *Flow) readVariants(d *wire.Decoder) map[labelPair]int64 {
	edges := make(map[labelPair]int64)
	used := make([]bool, f.labels.Len())
	left := maxFlow - f.unlabelled
	var last, codes []Code
	for i := range d.Len() {
		codes = codes[:0]
		for range d.Len() {
			codes = append(codes, Code(d.Index(len(used))))
		}
		if i > 0 && slices.Compare(last, codes) >= 0 {
			d.Fail()
		}
		var counts outcomeCounts
		paths := int64(0)
		for o := range counts {
			if counts[o] = d.Count(); counts[o] > left-paths {
				d.Fail()
				break
			}
			paths += counts[o]
		}
		if paths == 0 || paths > left/int64(len(codes)+1) {
			d.Fail()
		}
		if d.Err() != nil {
			return nil
		}
		left -= paths * int64(len(codes)+1)
		f.paths += paths
		f.touches += paths * int64(len(codes))
		*f.variant(codes) = counts
		for i, code := range codes {
			if used[code] = true; i > 0 {
				edges[pairOf(codes[i-1], code)] += paths
			}
		}
		last = append(last[:0], codes...)
	}
	if slices.Contains(used, false) {
		d.Fail() // a label that no path uses
	}
	return edges
}

// readTimes reads the times of the edges, of which each may have as many as it
// occurs, and the spans.
func (f *Flow) readTimes(d *wire.Decoder, edges map[labelPair]int64) {
	var last labelPair
	for i := range d.Len() {
		pair := pairOf(Code(d.Index(f.labels.Len())), Code(d.Index(f.labels.Len())))
		times := f.between(pair)
		readDurations(d, times, edges[pair])
		if times.Len() == 0 || i > 0 && pair <= last {
			d.Fail()
		}
		if d.Err() != nil {
			return
		}
		last = pair
	}
	var touched outcomeCounts
	for key, place := range f.variants {
		if key != "" {
			touched.add(&f.counts[place])
		}
	}
	for o := range f.spans {
		readDurations(d, &f.spans[o], touched[o])
	}
}

func appendDurations(dst []byte, d *Durations) ([]byte, error) {
	b, err := d.MarshalBinary()
	if err != nil {
		return nil, err // not reached: a Flow bounds how many there are
	}
	return append(wire.AppendUint(dst, uint64(len(b))), b...), nil
}

// readDurations reads at most so many durations, none of them negative.
func readDurations(d *wire.Decoder, dst *Durations, most int64) {
	b := d.String()
	if d.Err() != nil {
		return
	}
	if dst.UnmarshalBinary([]byte(b)) != nil || dst.Len() > most {
		d.Fail()
		return
	}
	if shortest, ok := dst.Quantile(0); ok && shortest < 0 {
		d.Fail()
	}
}
