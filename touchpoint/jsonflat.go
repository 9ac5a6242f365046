package touchpoint

import "strings"

// How deep the members of objects in objects are told apart, and how long their
// paths may be before. What is deeper stays JSON text: otherwise an input of some
// kilobytes could ask for gigabytes of paths.
const (
	maxFlatDepth = 16
	maxFlatPath  = 256
)

// flatMember is a member of an object, or of an object within it.
type flatMember struct {
	path  string // keys joined by dots
	text  []byte // what a string stands for; JSON without white space of anything else
	first byte   // of its JSON, which tells its type
	used  bool   // a field took it, so it is no property
	clash bool   // another member has the key that it would have as a property
}

// scalar reports whether the member is a text, a number, true or false.
func (m *flatMember) scalar() bool { return m.first != '{' && m.first != '[' }

// flatReader reads a JSON object as a list of members. An object within it is
// its members; only an empty one is a member itself, with the text {}. A member
// that is null is left out.
type flatReader struct {
	jsonScanner
	path    []byte // of the member in hand
	paths   interner
	members []flatMember
	batches bool // an array at the top named "batch" is for the caller
	batch   int  // where it begins in the data; 0 if there is none
}

const batchKey = "batch"

// read reads one object. On an error the path is that of the member at fault.
func (r *flatReader) read(data []byte) error {
	clear(r.members)
	r.path, r.members, r.batch = r.path[:0], r.members[:0], 0
	r.reset(data)
	if r.peek() != '{' {
		return errNotObject
	}
	if err := r.object(r.member); err != nil {
		return err
	}
	if r.peek() != 0 || r.pos < len(r.data) {
		return errTrailing
	}
	return nil
}

func (r *flatReader) member(key []byte) error {
	outer := len(r.path)
	if r.depth > 1 {
		r.path = append(r.path, '.')
	}
	r.path = append(r.path, key...)
	first := r.peek()
	start := r.pos
	switch {
	case first == '[' && r.batches && r.depth == 1 && string(key) == batchKey:
		var end valueEnd
		n, closed := end.pass(r.data[start:])
		if !closed {
			return errArrayEnd
		}
		r.batch, r.pos = start, start+n
	case first == '{' && r.depth <= maxFlatDepth && len(r.path) <= maxFlatPath:
		before := len(r.members)
		if err := r.object(r.member); err != nil {
			return err
		}
		if len(r.members) == before {
			r.add([]byte("{}"), first)
		}
	case first == '"':
		text, err := r.text()
		if err != nil {
			return err
		}
		r.add(text, first)
	default:
		if err := r.skip(); err != nil {
			return err
		}
		if first != 'n' {
			r.add(compact(r.data[start:r.pos]), first)
		}
	}
	r.path = r.path[:outer]
	return nil
}

func (r *flatReader) add(text []byte, first byte) {
	r.members = append(r.members, flatMember{path: r.paths.text(r.path), text: text, first: first})
}

// slot is something that a decoder looks for among the members: a field, or a
// number from numFields on with a meaning of the decoder's own.
type slot = field

// numSlots is how many slots a decoder may have.
const numSlots = numFields + 16

// flatTarget is a slot that may take a member. Of several members the one with
// the lowest rank is taken.
type flatTarget struct {
	slot slot
	rank int
}

// flatSlots says which slots the member at a path may fill.
type flatSlots map[string][]flatTarget

// want makes the slot look for the paths, the first that there is.
func (s flatSlots) want(slot slot, paths ...string) {
	for rank, path := range paths {
		s[path] = append(s[path], flatTarget{slot, rank})
	}
}

// wantNamed makes the fields look for the paths that c names, and those for which
// it names none for the usual paths of the format.
func (s flatSlots) wantNamed(c *Columns, usual map[field][]string) {
	for f := range numFields {
		switch name := c.named(f); name {
		case "":
			s.want(f, usual[f]...)
		case NoColumn:
		default:
			s.want(f, name)
		}
	}
}

// fill sets best[slot] to the member of each slot, nil if there is none. A
// member with nothing but white space is none.
func (s flatSlots) fill(best *[numSlots]*flatMember, members []flatMember) *RowError {
	*best = [numSlots]*flatMember{}
	var ranks [numSlots]int
	for i := range members {
		m := &members[i]
		targets := s[m.path]
		if len(targets) == 0 || len(trimSpace(m.text)) == 0 {
			continue
		}
		for _, target := range targets {
			switch {
			case best[target.slot] == nil || target.rank < ranks[target.slot]:
				best[target.slot], ranks[target.slot] = m, target.rank
			case target.rank == ranks[target.slot]:
				return &RowError{Field: m.path, Err: errTwice}
			}
		}
	}
	return nil
}

// setFrom sets a field to the text of a member, if there is one. Unless the
// member is kept, it is no property then.
func (a *assembler) setFrom(t *Touchpoint, f field, m *flatMember, keep bool) *RowError {
	if m == nil {
		return nil
	}
	if !m.scalar() {
		return &RowError{Field: m.path, Err: errWantScalar}
	}
	if err := a.set(t, f, m.text); err != nil {
		return &RowError{Field: m.path, Err: err}
	}
	m.used = m.used || !keep
	return nil
}

// properties gives t the members that are not used, by their path. Those below
// prefix go without it, unless a member elsewhere has the rest of their path, or
// could have it: then they keep it whole. The order of the members does not
// matter.
func (a *assembler) properties(t *Touchpoint, members []flatMember, prefix string) *RowError {
	left := 0
	for i := range members {
		if !members[i].used {
			left++
		}
	}
	if left == 0 {
		return nil
	}
	t.Properties = make(map[string]string, left)
	for i := range members {
		m := &members[i]
		if m.used || prefix != "" && strings.HasPrefix(m.path, prefix) {
			continue
		}
		if bad := a.property(t, m.path, m); bad != nil {
			return bad
		}
	}
	if prefix == "" {
		return nil
	}
	for i := range members {
		m := &members[i]
		if rest, ok := strings.CutPrefix(m.path, prefix); ok && !m.used {
			_, taken := t.Properties[rest]
			m.clash = taken || strings.HasPrefix(rest, prefix)
		}
	}
	for i := range members {
		m := &members[i]
		if m.used || !strings.HasPrefix(m.path, prefix) {
			continue
		}
		key := m.path
		if !m.clash {
			key = key[len(prefix):]
		}
		if bad := a.property(t, key, m); bad != nil {
			return bad
		}
	}
	return nil
}

func (a *assembler) property(t *Touchpoint, key string, m *flatMember) *RowError {
	if _, ok := t.Properties[key]; ok {
		return &RowError{Err: errTwice} // no field: the key is the sender's choice
	}
	a.setProperty(t, key, m.text)
	return nil
}

// knownPart shortens the path of a member at fault to the part that the format
// knows: the rest is chosen by the sender, and may be a customer's data.
func knownPart(path []byte, known map[string]bool) string {
	if top, _, _ := strings.Cut(string(path), "."); known[top] {
		return top
	}
	return ""
}
