package attribution

import (
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
)

// customerSet holds the distinct customers. It is sorted now and then, so it is
// never longer than twice their number and a little.
type customerSet struct {
	all   []uint64
	limit int // of the length, after which it is sorted
}

const leastCustomers = 1 << 10

func (s *customerSet) add(customer uint64) {
	if n := len(s.all); n > 0 && s.all[n-1] == customer {
		return
	}
	s.all = append(s.all, customer)
	if len(s.all) >= max(s.limit, leastCustomers) {
		s.compact()
		s.limit = 2 * len(s.all)
	}
}

func (s *customerSet) compact() {
	slices.Sort(s.all)
	s.all = slices.Compact(s.all)
}

func (s *customerSet) merge(other *customerSet) {
	s.all = append(s.all, other.all...)
	s.compact()
	s.limit = 2 * len(s.all)
}

func (s *customerSet) len() int64 {
	s.compact()
	return int64(len(s.all))
}

func (s *customerSet) append(dst []byte) []byte {
	s.compact()
	dst = wire.AppendUint(dst, uint64(len(s.all)))
	last := uint64(0)
	for _, c := range s.all {
		dst = wire.AppendUint(dst, c-last)
		last = c
	}
	return dst
}

func (s *customerSet) decode(d *wire.Decoder) {
	*s = customerSet{}
	last := uint64(0)
	for range d.Len() {
		c := last + d.Uint()
		if c <= last || d.Err() != nil {
			d.Fail()
			return
		}
		s.all = append(s.all, c)
		last = c
	}
}
