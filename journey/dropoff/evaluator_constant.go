package dropoff

import "slices"

// values are the values of Constant on a path, numbered in the order of their
// first touches. Only touches that match a step have one.
type values struct {
	number map[string]int32
	head   []int32 // position of the first touch of each value
	tail   []int32 // and of the last
	next   []int32 // position of the next touch of the same value, for each touch
	// other are the positions of touches that concern chains of all values.
	other []int32
	part  []touch
}

// split finds the values of the history.
func (e *Evaluator) split() {
	v := &e.values
	if v.number == nil {
		v.number = map[string]int32{}
	}
	clear(v.number)
	v.head, v.tail, v.next, v.other = v.head[:0], v.tail[:0], v.next[:0], v.other[:0]
	for i := range e.touches {
		t := &e.touches[i]
		v.next = append(v.next, -1)
		if t.out != 0 || e.plan.all {
			v.other = append(v.other, int32(i))
		}
		if t.steps == 0 {
			continue
		}
		key := e.funnel.Constant(&e.points[t.index])
		n, known := v.number[key]
		if !known {
			n = int32(len(v.head))
			v.number[key] = n
			v.head, v.tail = append(v.head, int32(i)), append(v.tail, int32(i))
			continue
		}
		v.next[v.tail[n]] = int32(i)
		v.tail[n] = int32(i)
	}
}

// valueCount returns how many values there are, 1 without Constant.
func (e *Evaluator) valueCount() int {
	if e.funnel.Constant == nil {
		return 1
	}
	return len(e.values.head)
}

// part returns the touches that concern chains of value v, which holds until the
// next call: those of the value and, where they can end a chain, others, which do
// no steps.
func (e *Evaluator) part(v int) []touch {
	if e.funnel.Constant == nil {
		return e.touches
	}
	c := &e.values
	c.part = c.part[:0]
	i := c.head[v]
	o, _ := slices.BinarySearch(c.other, i)
	for i >= 0 || o < len(c.other) {
		if i >= 0 && (o == len(c.other) || i <= c.other[o]) {
			if o < len(c.other) && i == c.other[o] {
				o++
			}
			c.part = append(c.part, e.touches[i])
			i = c.next[i]
			continue
		}
		t := e.touches[c.other[o]]
		t.steps = 0
		c.part = append(c.part, t)
		o++
	}
	return c.part
}

// position returns the position in the history of the touch at position i of a
// part of it.
func (e *Evaluator) position(part []touch, i int) int {
	if e.funnel.Constant == nil {
		return i
	}
	at, _ := slices.BinarySearchFunc(e.touches, part[i].index, func(t touch, index int32) int { return int(t.index) - int(index) })
	return at
}
