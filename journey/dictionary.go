package journey

import (
	"encoding/binary"
	"iter"
	"math/bits"
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
	// slots is a cache in front of codes: at the hash of a name, or up to three
	// places behind, stands its code plus one, unless other names stand in all
	// four; 0 stands for none. The number of places is a power of two.
	slots []Code
}

// probes is how many slots a name may stand in.
const probes = 4

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
	if mask := uint64(len(d.slots) - 1); len(d.slots) > 0 {
		h := hash(name)
		for i := h; i < h+probes; i++ {
			c := d.slots[i&mask]
			if c == 0 {
				break
			}
			if string(name) == string(d.names[c-1]) {
				return c - 1, true
			}
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
	// The whole product, folded, so that every bit of h reaches the low ones.
	hi, lo := bits.Mul64(h, 0x9e3779b97f4a7c15)
	return hi ^ lo
}

func (d *Dictionary) add(name touchpoint.Channel) Code {
	if d.codes == nil {
		d.codes = make(map[touchpoint.Channel]Code)
	}
	c := Code(len(d.names))
	d.codes[name] = c
	d.names = append(d.names, name)
	if 4*len(d.names) > len(d.slots) {
		d.slots = make([]Code, max(256, 2*len(d.slots)))
		for i, name := range d.names {
			d.slot(name, Code(i))
		}
		return c
	}
	d.slot(name, c)
	return c
}

func (d *Dictionary) slot(name touchpoint.Channel, c Code) {
	h := hash([]byte(name))
	for i := h; i < h+probes; i++ {
		if at := &d.slots[i&uint64(len(d.slots)-1)]; *at == 0 {
			*at = c + 1
			return
		}
	}
}

// truncate forgets all names but the first n.
func (d *Dictionary) truncate(n int) {
	if n == len(d.names) {
		return
	}
	for _, name := range d.names[n:] {
		delete(d.codes, name)
	}
	d.names = d.names[:n]
	clear(d.slots)
	for i, name := range d.names {
		d.slot(name, Code(i))
	}
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
