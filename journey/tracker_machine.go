package journey

import (
	"time"

	"github.com/cjm-go/cjm/stage"
)

// machine is the meaning of evidence: how each piece moves a customer, under a
// model and a policy.
type machine struct {
	model   stage.Model
	index   map[stage.Stage]int32
	policy  Policy
	dormant time.Duration
}

// nowhere is the position of no stage.
const nowhere = -1

// place is where a customer stands. Positions are those of the model.
type place struct {
	stage int32 // nowhere if there is none
	// rung is the position of the latest stage on the way to the purchase and
	// from it, which under HighWater is the furthest; nowhere if there is none.
	rung int32
}

// tally is a place and the counts that go with it.
type tally struct {
	place
	purchases, refunds uint32
}

func newTally() tally { return tally{place: place{nowhere, nowhere}} }

func newMachine(model stage.Model, policy Policy, dormant time.Duration) *machine {
	m := &machine{model: model, policy: policy, dormant: dormant, index: make(map[stage.Stage]int32, model.Len())}
	for i, step := range model.All() {
		m.index[step.Stage] = int32(i)
	}
	return m
}

// name returns the stage at the position.
func (m *machine) name(at int32) stage.Stage {
	if at == nowhere {
		return ""
	}
	return m.model.Steps[at].Stage
}

// phase returns the phase of the stage at the position.
func (m *machine) phase(at int32) stage.Phase {
	if at == nowhere {
		return stage.UnknownPhase
	}
	return m.model.Steps[at].Phase
}

// move returns where evidence of stage x takes a customer from p.
func (m *machine) move(p place, x int32) place {
	outside := m.phase(x) == stage.UnknownPhase
	switch {
	case outside:
		p.stage = x
	case m.policy == Latest || x >= p.rung:
		p.stage, p.rung = x, x
	}
	return p
}

// isPurchase reports whether evidence of the effect at stage x tells of a
// purchase.
func (m *machine) isPurchase(effect Effect, x int32) bool {
	return effect <= Reports && m.phase(x) == stage.AtPurchase
}

// enter takes in evidence of stage x by the effect [Enters] or [Reports], and
// returns what kind of transition that is, if it is one. retold says that it
// tells of a purchase that is known already.
func (m *machine) enter(t *tally, x int32, effect Effect, retold bool) (kind TransitionKind, is bool) {
	if retold && effect == Enters {
		return 0, false
	}
	was := t.place
	t.place = m.move(was, x)
	moved := t.stage != was.stage
	if m.isPurchase(effect, x) && !retold {
		again := t.purchases > t.refunds || m.phase(was.rung) >= stage.AtPurchase
		t.purchases++
		if again {
			return Repeated, true
		}
		return Entered, moved
	}
	if moved && t.rung < was.rung {
		return FellBack, true
	}
	return Entered, moved
}

// retells reports whether evidence of a purchase tells of one that is known,
// where known says whether the purchase of the order stands.
func (m *machine) retells(t *tally, e *Evidence, known func(order string) bool) bool {
	if e.Order != "" {
		return known(e.Order)
	}
	return e.Effect == Reports && t.purchases > t.refunds
}

// wake makes the transitions of a customer at the stage who was last seen at last
// and now shows up with e: to sleep in between, and to wake.
func (m *machine) wake(made []Transition, at int32, last, e *Evidence) []Transition {
	if slept, ok := m.sleeps(last, e.Time); ok && slept.Before(e.Time) {
		made = append(made, m.sleep(at, last, slept), m.transition(Woke, at, at, e))
	}
	return made
}

// sleeps returns when a customer last seen at the time becomes dormant, and
// whether that is so at the time at.
func (m *machine) sleeps(last *Evidence, at time.Time) (time.Time, bool) {
	if m.dormant == 0 {
		return time.Time{}, false
	}
	when := last.Time.UTC().Add(m.dormant)
	return when, !when.After(at)
}

func (m *machine) sleep(at int32, last *Evidence, when time.Time) Transition {
	t := m.transition(Slept, at, at, last)
	t.At = when
	return t
}

// transition returns the transition that e is the reason for.
func (m *machine) transition(kind TransitionKind, from, to int32, e *Evidence) Transition {
	return Transition{At: e.Time.UTC(), Kind: kind, From: m.name(from), To: m.name(to), Rule: e.Rule, Touchpoint: e.ID}
}
