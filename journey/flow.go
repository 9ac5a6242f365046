package journey

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of a [Flow].
var (
	// ErrNotOrdered says that a touch of a path is earlier than one before it.
	ErrNotOrdered = errors.New("journey: touches are not in the order of time")
	// ErrFlowMismatch says that flows with different options cannot be merged.
	ErrFlowMismatch = errors.New("journey: flows with different options")
)

// FlowOptions say what a [Flow] counts. The zero value labels touches with
// [ByEvent] and keeps all times.
type FlowOptions struct {
	// Label names the touches; nil means [ByEvent]. It is no part of what is
	// written, and two of them cannot be compared: see Name.
	Label Key
	// Name, which may be empty, tells flows of different labels apart: those
	// with different names are not merged.
	Name string
	// NoTimes leaves the times between touches out, and with them most of the
	// memory of flows with few variants.
	NoTimes bool
}

// Flow counts the ways that journeys take: each distinct sequence of labels, a
// variant, and the times that pass from touch to touch. [FlowLabel], [FlowEdge]
// and the other parts of its [FlowResult] all follow from these.
//
// It is an accumulator: Add paths, Merge the Flow of other shards, then ask for
// the Result or write the bytes. Neither the order of the paths nor the sharding
// changes a byte.
//
// Memory is one or two bytes a touch and some 100 bytes for each distinct
// variant, and, unless NoTimes, 8 to 16 bytes for each distinct time between two
// touches, apart for each pair of labels. Where almost every journey is a
// variant of its own, that is the data, labels only. The zero value is ready.
type Flow struct {
	options  FlowOptions
	labels   Dictionary
	variants map[string]int           // the places in counts, by the varints of the codes
	counts   []outcomeCounts          // of the variants
	times    map[labelPair]*Durations // from touch to touch, where both times are known
	spans    [outcomes]Durations      // from the first touch of a path to the last
	// paths, touches and unlabelled add up to no more than maxFlow.
	paths, touches, unlabelled int64

	codes []Code      // scratch
	when  []time.Time // scratch
	key   []byte      // scratch
}

const (
	outcomes = int(Lost) + 1
	// maxFlow bounds all counts, so that none overflows, nor do the durations.
	maxFlow = 1 << 62
)

// outcomeCounts is how many paths have which outcome.
type outcomeCounts [outcomes]int64

func (c *outcomeCounts) total() int64 { return c[Open] + c[Converted] + c[Lost] }

func (c *outcomeCounts) add(d *outcomeCounts) {
	for i, n := range d {
		c[i] += n
	}
}

// labelPair holds the codes of two labels, the second in the lower half.
type labelPair uint64

func pairOf(from, to Code) labelPair { return labelPair(from)<<32 | labelPair(to) }

func (p labelPair) codes() (from, to Code) { return Code(p >> 32), Code(p) }

// NewFlow returns an empty flow.
func NewFlow(options FlowOptions) *Flow { return &Flow{options: options} }

// Add counts the path. The error is [ErrOutcome] for an outcome that does not
// exist, [ErrNotOrdered], or [ErrOverflow] beyond 2^62 touches; nothing has
// changed then.
func (f *Flow) Add(p *Path) error {
	if int(p.Outcome) >= outcomes {
		return fmt.Errorf("%w: no such outcome: %d", ErrOutcome, p.Outcome)
	}
	if int64(len(p.Touchpoints)) >= maxFlow-f.paths-f.touches-f.unlabelled {
		return ErrOverflow
	}
	known := f.labels.Len()
	if err := f.read(p); err != nil {
		f.labels.truncate(known)
		return err
	}
	f.variant(f.codes)[p.Outcome]++
	f.paths++
	f.touches += int64(len(f.codes))
	f.unlabelled += int64(len(p.Touchpoints) - len(f.codes))
	if n := len(f.when); n > 0 && !f.options.NoTimes {
		for i := 1; i < n; i++ {
			if from, to := f.when[i-1], f.when[i]; !from.IsZero() && !to.IsZero() {
				f.between(pairOf(f.codes[i-1], f.codes[i])).Add(to.Sub(from))
			}
		}
		if first, last := f.when[0], f.when[n-1]; !first.IsZero() && !last.IsZero() {
			f.spans[p.Outcome].Add(last.Sub(first))
		}
	}
	return nil
}

// read sets codes and when to those of the touches that have a label.
func (f *Flow) read(p *Path) error {
	f.codes, f.when = f.codes[:0], f.when[:0]
	var latest *time.Time
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		if !t.Time.IsZero() {
			if latest != nil && t.Time.Before(*latest) {
				return ErrNotOrdered
			}
			latest = &t.Time
		}
		if label := f.options.Label.of(t); label != "" {
			f.codes = append(f.codes, f.labels.Code(touchpoint.Channel(label)))
			f.when = append(f.when, t.Time)
		}
	}
	return nil
}

// variant returns the counts of the sequence, made if need be, valid until the
// next call.
func (f *Flow) variant(codes []Code) *outcomeCounts {
	f.key = f.key[:0]
	for _, code := range codes {
		f.key = binary.AppendUvarint(f.key, uint64(code))
	}
	i, ok := f.variants[string(f.key)]
	if !ok {
		if f.variants == nil {
			f.variants = make(map[string]int)
		}
		i = len(f.counts)
		f.variants[string(f.key)] = i
		f.counts = append(f.counts, outcomeCounts{})
	}
	return &f.counts[i]
}

// between returns the times from one label to another, made if need be.
func (f *Flow) between(pair labelPair) *Durations {
	d := f.times[pair]
	if d == nil {
		if f.times == nil {
			f.times = make(map[labelPair]*Durations)
		}
		d = new(Durations)
		f.times[pair] = d
	}
	return d
}

// Merge adds what other counted; other stays as it is. The error is
// [ErrFlowMismatch] or [ErrOverflow]; nothing has changed then.
func (f *Flow) Merge(other *Flow) error {
	if f.options.Name != other.options.Name || f.options.NoTimes != other.options.NoTimes {
		return ErrFlowMismatch
	}
	if other.paths+other.touches+other.unlabelled > maxFlow-f.paths-f.touches-f.unlabelled {
		return ErrOverflow
	}
	if other == f {
		other = NewFlow(f.options)
		if err := other.Merge(f); err != nil {
			return err // not reached: into an empty one nothing overflows
		}
	}
	f.paths += other.paths
	f.touches += other.touches
	f.unlabelled += other.unlabelled
	to := f.labels.Translate(&other.labels)
	for key, place := range other.variants {
		f.codes = appendCodes(f.codes[:0], key)
		for i, code := range f.codes {
			f.codes[i] = to[code]
		}
		f.variant(f.codes).add(&other.counts[place])
	}
	for pair, times := range other.times {
		a, b := pair.codes()
		if err := f.between(pairOf(to[a], to[b])).Merge(times); err != nil {
			return err // not reached: there are no more times than touches
		}
	}
	for i := range other.spans {
		if err := f.spans[i].Merge(&other.spans[i]); err != nil {
			return err // not reached: there are no more than paths
		}
	}
	return nil
}

// appendCodes appends the codes of which the key of a variant is made.
func appendCodes(dst []Code, key string) []Code {
	for len(key) > 0 {
		var code uint64
		for shift := 0; ; shift += 7 {
			b := key[0]
			key = key[1:]
			code |= uint64(b&0x7f) << shift
			if b < 0x80 {
				break
			}
		}
		dst = append(dst, Code(code))
	}
	return dst
}

// Paths returns how many paths were added.
func (f *Flow) Paths() int64 { return f.paths }

// Len returns how many distinct variants there are.
func (f *Flow) Len() int { return len(f.variants) }
