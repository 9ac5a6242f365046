package journey

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// Transform rewrites the channel sequence of a path before it is counted. The
// names and meanings are those of fractribution, where they come from. With
// D A B B C D C C as the path:
//
//	Unique                      D A B B C D C C        the path as it is
//	Exposure                    D A B C D C            runs of a channel become one
//	First                       D A B C                the first touch of each channel
//	Frequency                   D(2) A(1) B(2) C(3)    the same, with the number of touches
//	Remove("C")                 D A B B D              every touch of the channels
//	RemoveIfNotAll("C")         D A B B D              unless nothing would be left
//	RemoveIfLastAndNotAll("C")  D A B B C D            those at the end, unless nothing would be left
//	Trim(3)                     D C C                  the last n touches
//
// The zero value is [Unique].
type Transform struct {
	kind     transformKind
	channels []touchpoint.Channel
	n        int
}

type transformKind uint8

const (
	unique transformKind = iota
	exposure
	first
	frequency
	remove
	removeIfNotAll
	removeIfLastAndNotAll
	trim
)

var transformNames = [...]string{
	unique: "unique", exposure: "exposure", first: "first", frequency: "frequency", remove: "remove",
	removeIfNotAll: "remove-if-not-all", removeIfLastAndNotAll: "remove-if-last-and-not-all", trim: "trim",
}

// Unique keeps every touch: in the field's usage each touch is a unique event.
// To keep each channel once, use [First].
func Unique() Transform { return Transform{kind: unique} }

// Exposure collapses consecutive touches of a channel into the first of them.
func Exposure() Transform { return Transform{kind: exposure} }

// First keeps the first touch of each channel.
func First() Transform { return Transform{kind: first} }

// Frequency keeps the first touch of each channel and renames it to the channel
// with its number of touches: "email(3)".
func Frequency() Transform { return Transform{kind: frequency} }

// Remove drops every touch of the channels, which may leave the path empty.
func Remove(channels ...touchpoint.Channel) Transform {
	return Transform{kind: remove, channels: slices.Clone(channels)}
}

// RemoveIfNotAll drops every touch of the channels, unless that would leave the
// path empty.
func RemoveIfNotAll(channels ...touchpoint.Channel) Transform {
	return Transform{kind: removeIfNotAll, channels: slices.Clone(channels)}
}

// RemoveIfLastAndNotAll drops the touches of the channels behind the last touch of
// any other channel, unless that would leave the path empty.
func RemoveIfLastAndNotAll(channels ...touchpoint.Channel) Transform {
	return Transform{kind: removeIfLastAndNotAll, channels: slices.Clone(channels)}
}

// Trim keeps the last n touches; n must be positive.
func Trim(n int) Transform { return Transform{kind: trim, n: n} }

// ErrTransform says that a transform is not one of those that exist, or lacks what it needs.
var ErrTransform = errors.New("journey: bad transform")

// Validate reports a transform that lacks what it needs.
func (t Transform) Validate() error {
	switch {
	case t.kind == trim && t.n <= 0:
		return fmt.Errorf("%w: trim needs a positive number of touches", ErrTransform)
	case t.removes() && len(t.channels) == 0:
		return fmt.Errorf("%w: %s needs a channel", ErrTransform, transformNames[t.kind])
	}
	return nil
}

func (t Transform) removes() bool { return t.kind >= remove && t.kind <= removeIfLastAndNotAll }

// Apply rewrites the path in place. A touch that stays keeps its age.
func (t Transform) Apply(p *Counted) {
	switch t.kind {
	case exposure:
		p.keep(func(i, kept int) bool { return kept == 0 || p.Channels[i] != p.Channels[kept-1] })
	case first:
		seen := make(map[Code]bool)
		p.keep(func(i, _ int) bool {
			before := seen[p.Channels[i]]
			seen[p.Channels[i]] = true
			return !before
		})
	case frequency:
		counts := make(map[Code]int, len(p.Channels))
		for _, c := range p.Channels {
			counts[c]++
		}
		First().Apply(p)
		for i, c := range p.Channels {
			p.Channels[i] = p.Dictionary.Code(p.Dictionary.Name(c) + touchpoint.Channel("("+strconv.Itoa(counts[c])+")"))
		}
	case remove, removeIfNotAll:
		if t.kind == remove || slices.ContainsFunc(p.Channels, func(c Code) bool { return !t.names(p, c) }) {
			p.keep(func(i, _ int) bool { return !t.names(p, p.Channels[i]) })
		}
	case removeIfLastAndNotAll:
		end := len(p.Channels)
		for end > 0 && t.names(p, p.Channels[end-1]) {
			end--
		}
		if end > 0 {
			p.slice(0, end)
		}
	case trim:
		p.slice(max(0, len(p.Channels)-t.n), len(p.Channels))
	}
}

func (t Transform) names(p *Counted, c Code) bool {
	return slices.Contains(t.channels, p.Dictionary.Name(c))
}

// keep drops the touches that pick refuses. It is asked for each i in order, when
// the touches kept so far stand at the front.
func (p *Counted) keep(pick func(i, kept int) bool) {
	kept := 0
	for i, c := range p.Channels {
		if pick(i, kept) {
			p.Channels[kept] = c
			if p.Ages != nil {
				p.Ages[kept] = p.Ages[i]
			}
			kept++
		}
	}
	p.slice(0, kept)
}

func (p *Counted) slice(from, to int) {
	p.Channels = p.Channels[from:to]
	if p.Ages != nil {
		p.Ages = p.Ages[from:to]
	}
}

// String returns the text form, see [Transform.UnmarshalText].
func (t Transform) String() string {
	s := transformNames[t.kind]
	for i, c := range t.channels {
		s += [...]string{"=", "|"}[min(i, 1)] + string(c)
	}
	if t.kind == trim {
		s += "=" + strconv.Itoa(t.n)
	}
	return s
}

// MarshalText returns the text form, see [Transform.UnmarshalText].
func (t Transform) MarshalText() ([]byte, error) { return []byte(t.String()), t.Validate() }

// UnmarshalText reads the name of a transform with what it needs behind an equal
// sign: "exposure", "trim=5", "remove-if-not-all=direct|(none)". Channels are
// separated by "|".
func (t *Transform) UnmarshalText(text []byte) error {
	name, arg, has := strings.Cut(string(text), "=")
	kind := slices.Index(transformNames[:], strings.TrimSpace(name))
	if kind < 0 {
		return fmt.Errorf("%w: %q is none of %s", ErrTransform, name, strings.Join(transformNames[:], ", "))
	}
	u := Transform{kind: transformKind(kind)}
	switch {
	case u.kind == trim:
		n, err := strconv.Atoi(strings.TrimSpace(arg))
		if err != nil {
			return fmt.Errorf("%w: trim needs a positive number of touches", ErrTransform)
		}
		u.n = n
	case u.removes():
		for c := range strings.SplitSeq(arg, "|") {
			if c = strings.TrimSpace(c); c != "" {
				u.channels = append(u.channels, touchpoint.Channel(c))
			}
		}
	case has:
		return fmt.Errorf("%w: %s takes nothing behind an equal sign", ErrTransform, name)
	}
	if err := u.Validate(); err != nil {
		return err
	}
	*t = u
	return nil
}

// Transforms are applied one after the other, each to what the one before left.
type Transforms []Transform

// Validate reports all transforms that lack what they need.
func (ts Transforms) Validate() error {
	var errs []error
	for _, t := range ts {
		errs = append(errs, t.Validate())
	}
	return errors.Join(errs...)
}

// Apply rewrites the path in place.
func (ts Transforms) Apply(p *Counted) {
	for _, t := range ts {
		t.Apply(p)
	}
}
