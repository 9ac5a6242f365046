package markov

// orderWindows numbers the windows of one order: at[i] is the number of the window in
// which a journey is at place i, that is, of its last min(k, t) touches. The
// window of no touch has number 0 at every order.
type orderWindows struct {
	at []uint32
	// from is, for each window but the first, the number of the window one
	// touch earlier, at the order below.
	from []uint32
}

// windowsOfNoTouch is order 0: it has one window for every place.
func windowsOfNoTouch(c *corpus) *orderWindows {
	return &orderWindows{at: make([]uint32, len(c.touch)), from: make([]uint32, 1)}
}

func (w *orderWindows) len() int { return len(w.from) }

// next returns the windows of the order above: a window of k+1 touches is one of
// k touches and the touch that follows. So they are at the same time the
// transitions from the windows of order k to a channel.
func (w *orderWindows) next(c *corpus) *orderWindows {
	n := &orderWindows{at: make([]uint32, len(w.at)), from: make([]uint32, 1, w.len())}
	type step struct{ from, touch uint32 }
	numbers := make(map[step]uint32, w.len())
	for _, p := range c.sequences {
		for j := p.first + 1; j <= p.last; j++ {
			s := step{w.at[j-1], c.touch[j]}
			number, ok := numbers[s]
			if !ok {
				number = uint32(n.len())
				numbers[s] = number
				n.from = append(n.from, s.from)
			}
			n.at[j] = number
		}
	}
	return n
}
