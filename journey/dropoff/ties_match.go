package dropoff

// matching gives touches of one instant to steps, each touch to one step at most,
// by augmenting paths: a step that finds no free touch takes that of another step
// which finds a different one (Kuhn, "The Hungarian method", 1955).
type matching struct {
	touches []touch // of the instant
	lo      int     // position of the first
	of      [MaxSteps + 1]int
	owner   []uint8  // step that has the touch, 0 none
	tried   []uint64 // last search that tried the touch
	search  uint64
	fixed   uint64 // steps whose touch must stay
}

// begin starts a new matching of the touches from position lo to before hi.
func (m *matching) begin(touches []touch, lo, hi int) {
	m.touches, m.lo, m.fixed = touches[lo:hi], lo, 0
	for len(m.owner) < hi-lo {
		m.owner, m.tried = append(m.owner, 0), append(m.tried, 0)
	}
	clear(m.owner[:hi-lo])
}

// give gives the touch at the position to step k.
func (m *matching) give(k, position int) {
	m.of[k], m.owner[position-m.lo] = position, uint8(k)
}

// fix gives the touch at the position to step k for good.
func (m *matching) fix(k, position int) {
	m.give(k, position)
	m.fixed |= 1 << (k - 1)
}

func (m *matching) taken(position int) bool { return m.owner[position-m.lo] != 0 }

// release takes from step k its touch.
func (m *matching) release(k int) { m.owner[m.of[k]-m.lo] = 0 }

// augment finds a touch for step k. It reports false if there is none, however
// the touches were given to the steps that have one.
func (m *matching) augment(k int) bool {
	m.search++
	return m.find(k)
}

func (m *matching) find(k int) bool {
	bit := uint64(1) << (k - 1)
	for i := range m.touches {
		if m.touches[i].steps&bit != 0 && m.owner[i] == 0 {
			m.give(k, m.lo+i)
			return true
		}
	}
	for i := range m.touches {
		if m.touches[i].steps&bit == 0 || m.tried[i] == m.search {
			continue
		}
		m.tried[i] = m.search
		other := int(m.owner[i])
		if m.fixed>>(other-1)&1 == 0 && m.find(other) {
			m.give(k, m.lo+i)
			return true
		}
	}
	return false
}
