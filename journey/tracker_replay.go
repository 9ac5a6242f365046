package journey

import (
	"fmt"
	"slices"
	"time"

	"github.com/cjm-go/cjm/stage"
)

// replay goes through the evidence of one customer, in order.
type replay struct {
	*machine
	evidence []Evidence
	tally
	made []Transition
	// standing has the purchases that are not undone, in order, and orders
	// those of them with an order number.
	standing []int32
	orders   map[string]int32
	// of has for each piece the purchase that it tells of, nowhere for none,
	// and undone those that no longer count. Both are nil where no evidence
	// is of the effect Refunds.
	of     []int32
	undone []bool
}

// run returns what the evidence up to and including the time comes to; all of it,
// without looking beyond the last, if the time is zero.
func (m *machine) run(evidence []Evidence, at time.Time) (*replay, error) {
	if !at.IsZero() {
		n := len(evidence)
		for n > 0 && evidence[n-1].Time.After(at) {
			n--
		}
		evidence = evidence[:n]
	}
	r := &replay{machine: m, evidence: evidence, tally: newTally()}
	if slices.ContainsFunc(evidence, func(e Evidence) bool { return e.Effect == Refunds }) {
		r.of, r.undone = make([]int32, len(evidence)), make([]bool, len(evidence))
	}
	for i := range evidence {
		if err := r.step(int32(i)); err != nil {
			return nil, err
		}
	}
	if n := len(evidence); n > 0 && !at.IsZero() {
		if slept, ok := m.sleeps(&evidence[n-1], at); ok {
			r.made = append(r.made, m.sleep(r.stage, &evidence[n-1], slept))
		}
	}
	return r, nil
}

func (r *replay) step(i int32) error {
	e := &r.evidence[i]
	x, err := r.position(e)
	if err != nil {
		return err
	}
	if i > 0 {
		r.made = r.wake(r.made, r.stage, &r.evidence[i-1], e)
	}
	if r.of != nil {
		r.of[i] = nowhere
	}
	from := r.stage
	kind, is := Entered, false
	switch e.Effect {
	case Enters, Reports:
		retold := r.isPurchase(e.Effect, x) && r.tell(i)
		kind, is = r.enter(&r.tally, x, e.Effect, retold)
	case Refunds:
		if p := r.refunded(e); p != nowhere {
			r.undo(p, i)
			r.refunds++
			r.place = r.without(i)
			if x != nowhere {
				r.place = r.move(r.place, x)
			}
			kind, is = Refunded, true
		} else if x != nowhere {
			kind, is = r.enter(&r.tally, x, Enters, false)
		}
	}
	if is {
		r.made = append(r.made, r.transition(kind, from, r.stage, e))
	}
	return nil
}

// position returns that of the evidence's stage, nowhere if it has and needs none.
func (m *machine) position(e *Evidence) (int32, error) {
	if x, ok := m.index[e.Stage]; ok {
		return x, nil
	}
	if e.Stage == "" && e.Effect > Reports {
		return nowhere, nil
	}
	return nowhere, fmt.Errorf("%w %q in evidence of rule %q", ErrUnknownStage, e.Stage, e.Rule)
}

// tell notes that the evidence tells of a purchase, and reports whether of one
// that stands.
func (r *replay) tell(i int32) bool {
	e := &r.evidence[i]
	retold := r.retells(&r.tally, e, func(order string) bool { _, ok := r.orders[order]; return ok })
	switch {
	case !retold:
		r.standing = append(r.standing, i)
		if e.Order != "" {
			if r.orders == nil {
				r.orders = make(map[string]int32)
			}
			r.orders[e.Order] = i
		}
		if r.of != nil {
			r.of[i] = i
		}
	case r.of != nil && e.Order != "":
		r.of[i] = r.orders[e.Order]
	case r.of != nil:
		r.of[i] = r.standing[len(r.standing)-1]
	}
	return retold
}

// refunded returns the purchase that a refund undoes, nowhere if there is none.
func (r *replay) refunded(e *Evidence) int32 {
	if e.Order != "" {
		if p, ok := r.orders[e.Order]; ok {
			return p
		}
		return nowhere
	}
	if len(r.standing) == 0 {
		return nowhere
	}
	return r.standing[len(r.standing)-1]
}

// undo strikes out the purchase p, all that tells of it again, and what else of
// the customer's part of the journey has its order number, as far as it comes
// before position i.
func (r *replay) undo(p, i int32) {
	at, _ := slices.BinarySearch(r.standing, p)
	r.standing = slices.Delete(r.standing, at, at+1)
	order := r.evidence[p].Order
	delete(r.orders, order)
	for j := range i {
		e := &r.evidence[j]
		if r.of[j] == p || order != "" && e.Order == order && e.Effect <= Reports && r.phase(r.index[e.Stage]) >= stage.AtPurchase {
			r.undone[j] = true
		}
	}
}

// without returns where the evidence before position i leads, but for what is
// undone.
func (r *replay) without(i int32) place {
	p := place{nowhere, nowhere}
	for j := range i {
		e := &r.evidence[j]
		retold := r.of[j] != nowhere && r.of[j] != j && e.Effect == Enters
		if e.Stage != "" && !r.undone[j] && !retold {
			p = r.move(p, r.index[e.Stage])
		}
	}
	return p
}
