package journey

import (
	"encoding/binary"
	"iter"
	"slices"

	"github.com/cjm-go/cjm/touchpoint"
)

// Code stands for a channel in a [Dictionary]: the n-th distinct name has code n,
// counted from 0.
type Code uint32

// Dictionary gives each distinct channel name a small code. Codes depend on the
// order of arrival, so they mean something only together with their dictionary;
// whatever leaves an analysis is by name. The zero value is an empty
// dictionary. A Dictionary may be read, but not extended, concurrently.
type Dictionary struct {
	names []touchpoint.Channel
	codes map[touchpoint.Channel]Code
	// slots is a cache in front of codes: at the hash of a name stands the code
	// of one name with this hash, plus one; 0 for none. Its length is a power
	// of two.
	slots []Code
}

// NewDictionary returns a dictionary of the names, in this order.
func NewDictionary(names ...touchpoint.Channel) *Dictionary {
	d := new(Dictionary)
	for _, name := range names {
		d.Code(name)
	}
	return d
}

// Len returns the number of distinct names.
func (d *Dictionary) Len() int { return len(d.names) }

// Name returns the name with the code c. It panics if there is none.
func (d *Dictionary) Name(c Code) touchpoint.Channel { return d.names[c] }

// Lookup returns the code of the name, and whether it has one.
func (d *Dictionary) Lookup(name touchpoint.Channel) (Code, bool) {
	c, ok := d.codes[name]
	return c, ok
}

// Code returns the code of the name, giving it the next one if it is new.
func (d *Dictionary) Code(name touchpoint.Channel) Code {
	c, ok := d.codes[name]
	if !ok {
		c = d.add(name)
	}
	return c
}

// CodeBytes is [Dictionary.Code] for a name held in a byte slice. It allocates
// only for a name that is new.
func (d *Dictionary) CodeBytes(name []byte) Code {
	c, ok := d.lookup(name)
	if !ok {
		c = d.add(touchpoint.Channel(name))
	}
	return c
}

// lookup is Lookup for a name held in a byte slice. Most of the time of reading a
// path table goes into it.
func (d *Dictionary) lookup(name []byte) (Code, bool) {
	if len(d.slots) > 0 {
		if c := d.slots[hash(name)&uint64(len(d.slots)-1)]; c > 0 && string(name) == string(d.names[c-1]) {
			return c - 1, true
		}
	}
	c, ok := d.codes[touchpoint.Channel(name)]
	return c, ok
}

// hash mixes the last eight bytes of the name with its length: cheap, and good
// enough for a cache.
func hash(name []byte) uint64 {
	h := uint64(len(name))
	if len(name) >= 8 {
		h ^= binary.LittleEndian.Uint64(name[len(name)-8:])
	} else {
		for _, b := range name {
			h = h<<8 ^ uint64(b)
		}
	}
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>32
}

func (d *Dictionary) add(name touchpoint.Channel) Code {
	if d.codes == nil {
		d.codes = make(map[touchpoint.Channel]Code)
	}
	c := Code(len(d.names))
	d.codes[name] = c
	d.names = append(d.names, name)
	if 4*len(d.names) > len(d.slots) {
		d.slots = make([]Code, max(64, 2*len(d.slots)))
		for i, name := range d.names {
			d.slot(name, Code(i))
		}
	}
	d.slot(name, c)
	return c
}

func (d *Dictionary) slot(name touchpoint.Channel, c Code) {
	d.slots[hash([]byte(name))&uint64(len(d.slots)-1)] = c + 1
}

// truncate forgets all names but the first n.
func (d *Dictionary) truncate(n int) {
	for _, name := range d.names[n:] {
		delete(d.codes, name)
		d.slots[hash([]byte(name))&uint64(len(d.slots)-1)] = 0
	}
	d.names = d.names[:n]
}

// All yields the codes and names in the order of the codes.
func (d *Dictionary) All() iter.Seq2[Code, touchpoint.Channel] {
	return func(yield func(Code, touchpoint.Channel) bool) {
		for i, name := range d.names {
			if !yield(Code(i), name) {
				return
			}
		}
	}
}

// Sorted returns the codes in the order of their names.
func (d *Dictionary) Sorted() []Code {
	codes := make([]Code, len(d.names))
	for i := range codes {
		codes[i] = Code(i)
	}
	slices.SortFunc(codes, func(a, b Code) int {
		if d.names[a] < d.names[b] {
			return -1
		}
		return 1
	})
	return codes
}

// Translate returns, for each code of from, the code of the same name in d,
// adding the names that d lacks.
func (d *Dictionary) Translate(from *Dictionary) []Code {
	to := make([]Code, from.Len())
	for i, name := range from.names {
		to[i] = d.Code(name)
	}
	return to
}

// Ranks returns, for each code, the place of its name in the order of the names.
func (d *Dictionary) Ranks() []int {
	ranks := make([]int, len(d.names))
	for i, c := range d.Sorted() {
		ranks[c] = i
	}
	return ranks
}

// SortedNames returns the names in their order.
func (d *Dictionary) SortedNames() []touchpoint.Channel {
	names := slices.Clone(d.names)
	slices.Sort(names)
	return names
}
