package markov

import (
	"cmp"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// State is a state of the chain: [Start], a channel ([At]), [Converted] or
// [Lost]. States are comparable with == and can be map keys. No channel name is
// special: At("(start)") is a channel, and differs from Start. The zero value is
// Start.
type State struct {
	kind    stateKind
	channel touchpoint.Channel
}

// Kinds of states, in the order of [State.Compare].
type stateKind uint8

const (
	kindStart stateKind = iota
	kindChannel
	kindConverted
	kindLost
)

// The states that are not channels. Do not assign to them.
var (
	// Start is where every journey begins.
	Start = State{kind: kindStart}
	// Converted is the end of a journey that converted.
	Converted = State{kind: kindConverted}
	// Lost is the end of a journey without conversion.
	Lost = State{kind: kindLost}
)

// At returns the state of a journey whose last touch was on the channel.
func At(channel touchpoint.Channel) State {
	return State{kind: kindChannel, channel: channel}
}

// Channel returns the channel of the state, and whether it is one.
func (s State) Channel() (touchpoint.Channel, bool) {
	return s.channel, s.kind == kindChannel
}

// IsEnd reports whether the state is [Converted] or [Lost].
func (s State) IsEnd() bool { return s.kind >= kindConverted }

// String returns the name of the channel, or "(start)", "(converted)", "(lost)".
// It is meant for people: a channel may have one of these names.
func (s State) String() string {
	switch s.kind {
	case kindStart:
		return "(start)"
	case kindConverted:
		return "(converted)"
	case kindLost:
		return "(lost)"
	}
	return string(s.channel)
}

// Compare orders states: Start, the channels by name, Converted, Lost.
func (s State) Compare(t State) int {
	return cmp.Or(cmp.Compare(s.kind, t.kind), strings.Compare(string(s.channel), string(t.channel)))
}
