package dropoff

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

const (
	dwellName    = "cjm/journey/dropoff.DwellCounts"
	dwellVersion = 1
)

// MarshalBinary returns the dwell times as bytes. Equal dwell times give equal bytes,
// whatever the order in which they came together.
//
// After the header come the names of the channels that have dwell times, the numbers
// of journeys and of untimed ones, then the transitions in order: the channel, what
// followed (converted, lost, a channel), how often, and the sum in nanoseconds as its
// upper and lower 64 bits.
func (c *DwellCounts) MarshalBinary() ([]byte, error) {
	dict := c.recoder.Dictionary()
	used := make([]bool, dict.Len())
	for i := range c.cells {
		key := c.cells[i].key
		used[key.from()] = true
		if key.to() >= dwellEnds {
			used[key.to()-dwellEnds] = true
		}
	}
	var names []touchpoint.Channel
	rank := make([]int, dict.Len())
	for _, code := range dict.Sorted() {
		if used[code] {
			rank[code] = len(names)
			names = append(names, dict.Name(code))
		}
	}
	cells := slices.Clone(c.cells)
	for i := range cells {
		from, to := cells[i].key.from(), cells[i].key.to()
		if to >= dwellEnds {
			to = rank[to-dwellEnds] + dwellEnds
		}
		cells[i].key = newDwellKey(rank[from], to)
	}
	slices.SortFunc(cells, func(a, b dwellCell) int { return cmp.Compare(a.key, b.key) })

	b := wire.AppendHeader(nil, dwellName, dwellVersion)
	b = wire.AppendNames(b, names)
	b = wire.AppendCount(b, c.journeys)
	b = wire.AppendCount(b, c.untimed)
	b = wire.AppendUint(b, uint64(len(cells)))
	for i := range cells {
		cell := &cells[i]
		b = wire.AppendUint(b, uint64(cell.key.from()))
		b = wire.AppendUint(b, uint64(cell.key.to()))
		b = wire.AppendCount(b, cell.n)
		b = wire.AppendUint(b, cell.hi)
		b = wire.AppendUint(b, cell.lo)
	}
	return b, nil
}

// UnmarshalBinary replaces the dwell times by those that [DwellCounts.MarshalBinary]
// wrote. On an error nothing has changed.
func (c *DwellCounts) UnmarshalBinary(data []byte) error {
	d := wire.NewDecoder(data)
	d.Header(dwellName, dwellVersion)
	names := wire.Names[touchpoint.Channel](d)
	n := DwellCounts{journeys: d.Count(), untimed: d.Count()}
	if n.untimed > n.journeys {
		d.Fail()
	}
	used := make([]bool, len(names))
	ended := int64(0)
	for i := range d.Len() {
		from, to := d.Index(len(names)), d.Index(len(names)+dwellEnds)
		cell := dwellCell{key: newDwellKey(from, to), n: d.Count(), hi: d.Uint(), lo: d.Uint()}
		hi, lo := bits.Mul64(uint64(cell.n), math.MaxInt64)
		switch {
		case d.Err() != nil,
			i > 0 && n.cells[i-1].key >= cell.key,
			cell.n == 0 || cell.n > math.MaxInt64-n.total,
			cell.hi > hi || cell.hi == hi && cell.lo > lo:
			d.Fail()
		}
		if d.Err() != nil {
			break
		}
		used[from] = true
		if to >= dwellEnds {
			used[to-dwellEnds] = true
		} else {
			ended += cell.n
		}
		n.total += cell.n
		*n.cell(cell.key) = cell
	}
	if ended > n.journeys-n.untimed || slices.Contains(used, false) {
		d.Fail()
	}
	if err := d.Finish(); err != nil {
		return fmt.Errorf("dropoff: dwell times: %w", err)
	}
	for _, name := range names {
		n.recoder.Dictionary().Code(name)
	}
	*c = n
	return nil
}
