package dropoff

import (
	"math/bits"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// marks are steps and exclusions as bits: bit k-1 is step k, bit j exclusion j.
type marks struct {
	steps, out uint64
}

func (m marks) and(o marks) marks { return marks{m.steps & o.steps, m.out & o.out} }
func (m marks) or(o marks) marks  { return marks{m.steps | o.steps, m.out | o.out} }
func (m marks) empty() bool       { return m.steps|m.out == 0 }

// matcher tells which steps and exclusions of a funnel a touchpoint matches. It
// looks each name up once, however many steps there are.
type matcher struct {
	kinds, channels, stages *nameTable // nil if no condition asks for one
	all                     marks
	asked                   marks // those with a Match function
	step                    []func(*touchpoint.Touchpoint) bool
	exclusion               []func(*touchpoint.Touchpoint) bool
}

// condition is what a [Step] and an [Exclusion] have in common.
type condition struct {
	channels []touchpoint.Channel
	kinds    []touchpoint.Kind
	stages   []stage.Stage
	match    func(*touchpoint.Touchpoint) bool
}

func (s *Step) condition() condition { return condition{s.Channels, s.Kinds, s.Stages, s.Match} }

func (x *Exclusion) condition() condition { return condition{x.Channels, x.Kinds, x.Stages, x.Match} }

func newMatcher(f *Funnel) *matcher {
	m := new(matcher)
	var kinds, channels, stages nameSet
	add := func(c condition, bit marks) {
		addNames(&kinds, c.kinds, bit)
		addNames(&channels, c.channels, bit)
		addNames(&stages, c.stages, bit)
		m.all = m.all.or(bit)
		if c.match != nil {
			m.asked = m.asked.or(bit)
		}
	}
	for i := range f.Steps {
		add(f.Steps[i].condition(), marks{steps: 1 << i})
		m.step = append(m.step, f.Steps[i].Match)
	}
	for i := range f.Exclusions {
		add(f.Exclusions[i].condition(), marks{out: 1 << i})
		m.exclusion = append(m.exclusion, f.Exclusions[i].Match)
	}
	m.kinds, m.channels, m.stages = kinds.table(), channels.table(), stages.table()
	return m
}

// match returns what the touchpoint matches.
func (m *matcher) match(t *touchpoint.Touchpoint) marks {
	found := m.all
	if m.kinds != nil {
		found = found.and(m.kinds.find(string(t.Kind)))
	}
	if m.channels != nil {
		found = found.and(m.channels.find(string(t.Channel)))
	}
	if m.stages != nil {
		found = found.and(m.stages.find(string(t.Stage)))
	}
	if ask := found.and(m.asked); !ask.empty() {
		found = m.ask(t, found, ask)
	}
	return found
}

// ask leaves out of found those of ask whose Match function says no.
func (m *matcher) ask(t *touchpoint.Touchpoint, found, ask marks) marks {
	for b := ask.steps; b != 0; b &= b - 1 {
		if i := bits.TrailingZeros64(b); !m.step[i](t) {
			found.steps &^= 1 << i
		}
	}
	for b := ask.out; b != 0; b &= b - 1 {
		if i := bits.TrailingZeros64(b); !m.exclusion[i](t) {
			found.out &^= 1 << i
		}
	}
	return found
}

// nameSet collects the names of one field and the conditions that list them.
type nameSet struct {
	names map[string]marks
	named marks // the conditions that list any
	all   marks
}

func addNames[T ~string](s *nameSet, names []T, bit marks) {
	s.all = s.all.or(bit)
	for _, name := range names {
		if s.names == nil {
			s.names = map[string]marks{}
		}
		s.names[string(name)] = s.names[string(name)].or(bit)
		s.named = s.named.or(bit)
	}
}

// table returns the set as a hash table, nil if no condition lists a name.
func (s *nameSet) table() *nameTable {
	if s.names == nil {
		return nil
	}
	free := marks{s.all.steps &^ s.named.steps, s.all.out &^ s.named.out}
	t := &nameTable{slots: make([]nameSlot, 1<<bits.Len(uint(4*(len(s.names)+maxOthers))))}
	for i := range t.slots {
		t.slots[i].found = free
	}
	for name, found := range s.names {
		t.slots[t.slot(name)] = nameSlot{name: name, found: found.or(free), used: true}
	}
	return t
}

// maxOthers is how many names that no condition lists a table remembers.
const maxOthers = 64

// nameTable finds the conditions that a name meets, in an open hash table of
// which a quarter at most is used.
//
// It is built for touches whose names are few and interned, as decoders make
// them. It remembers names that no condition lists as well, and of all names the
// text that a touch held, which is then found equal without a look at its bytes. So
// every name takes the same way. Which name comes next cannot be foreseen, and a
// processor that guesses the way wrong loses more time than the look-up takes.
type nameTable struct {
	slots  []nameSlot // a power of two
	others int        // names remembered that no condition lists
}

type nameSlot struct {
	name  string
	found marks // without a name: the conditions that ask for none
	used  bool
	own   bool // name is the text that a touch held
}

func (t *nameTable) find(name string) marks {
	s := &t.slots[t.slot(name)]
	if !s.own {
		t.learn(s, name)
	}
	return s.found
}

// learn makes the name, as it is, that of its slot s, if there is room.
func (t *nameTable) learn(s *nameSlot, name string) {
	if !s.used {
		if t.others == maxOthers {
			return
		}
		t.others++
	}
	s.name, s.used, s.own = name, true, true
}

// slot returns where the name is, or else where it would be.
func (t *nameTable) slot(name string) int {
	mask := len(t.slots) - 1
	i := hashName(name) & mask
	for t.slots[i].used && t.slots[i].name != name {
		i = (i + 1) & mask
	}
	return i
}

// hashName mixes the length and the first, the middle and the last byte.
func hashName(s string) int {
	n := len(s)
	if n == 0 {
		return 0
	}
	h := uint32(n) | uint32(s[0])<<8 | uint32(s[n/2])<<16 | uint32(s[n-1])<<24
	return int(h * 0x9e3779b1 >> 15)
}
