package journey

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// oracle says what a set of touchpoints comes to, by the definitions in the
// documentation of [Tracker], each from the whole list anew and nothing by steps.
type oracle struct {
	rules   Rules
	policy  Policy
	dormant time.Duration
	all     []oracleTouch // in order
}

type oracleTouch struct {
	t    touchpoint.Touchpoint
	rule Rule
}

func newOracle(rules Rules, policy Policy, dormant time.Duration, touches []touchpoint.Touchpoint, at time.Time) *oracle {
	o := &oracle{rules: rules, policy: policy, dormant: dormant}
	for _, t := range touches {
		known := slices.ContainsFunc(o.all, func(u oracleTouch) bool { return u.t.ID == t.ID })
		if i, ok := rules.Apply(&t); ok && !known && !t.Time.After(at) {
			o.all = append(o.all, oracleTouch{t, rules.Rules[i]})
		}
	}
	slices.SortFunc(o.all, func(a, b oracleTouch) int { return a.t.Compare(&b.t) })
	return o
}

func (o *oracle) phase(s stage.Stage) stage.Phase { return o.rules.Model.Phase(s) }
func (o *oracle) order(i int) string              { return o.all[i].t.Properties[o.all[i].rule.Order] }

func (o *oracle) isPurchase(i int) bool {
	return o.all[i].rule.Effect != Refunds && o.phase(o.all[i].rule.To) == stage.AtPurchase
}

// purchases returns the first touchpoint of each purchase up to the first n
// touchpoints, those of them that are undone by then with the refund that undid
// them, and for each touchpoint the purchase that it tells of, or -1.
func (o *oracle) purchases(n int) (all []int, undone map[int]int, of []int) {
	undone = make(map[int]int)
	stands := func(p int) bool { _, gone := undone[p]; return !gone }
	latest := func(test func(p int) bool) int {
		for _, p := range slices.Backward(all) {
			if stands(p) && test(p) {
				return p
			}
		}
		return -1
	}
	for i := range n {
		of = append(of, -1)
		sameOrder := func(p int) bool { return o.order(p) == o.order(i) }
		whichever := func(int) bool { return true }
		switch {
		case o.isPurchase(i):
			switch {
			case o.order(i) != "":
				of[i] = latest(sameOrder)
			case o.all[i].rule.Effect == Reports:
				of[i] = latest(whichever)
			}
			if of[i] < 0 {
				all, of[i] = append(all, i), i
			}
		case o.all[i].rule.Effect == Refunds:
			test := whichever
			if o.order(i) != "" {
				test = sameOrder
			}
			if p := latest(test); p >= 0 {
				undone[p] = i
			}
		}
	}
	return all, undone, of
}

// stages returns the stages that count among the first n touchpoints, in order.
func (o *oracle) stages(n int) []stage.Stage {
	_, undone, of := o.purchases(n)
	var stages []stage.Stage
next:
	for i := range n {
		rule := o.all[i].rule
		if rule.To == "" || of[i] >= 0 && of[i] != i && rule.Effect == Enters {
			continue
		}
		for p, refund := range undone {
			sameOrder := o.order(i) != "" && o.order(i) == o.order(p) && rule.Effect != Refunds &&
				(o.phase(rule.To) == stage.AtPurchase || o.phase(rule.To) == stage.PostPurchase)
			if i < refund && (of[i] == p || sameOrder) {
				continue next
			}
		}
		stages = append(stages, rule.To)
	}
	return stages
}

// where returns the stage after the first n touchpoints, and the rung: the latest
// stage of a phase, or under HighWater the furthest.
func (o *oracle) where(n int) (at, rung stage.Stage) {
	outside := func(s stage.Stage) bool { return o.phase(s) == stage.UnknownPhase }
	stages := o.stages(n)
	place := func(s stage.Stage) int { i, _ := o.rules.Model.Index(s); return i }
	furthest := func(stages []stage.Stage) stage.Stage {
		rung := stage.Stage("")
		for _, s := range stages {
			if !outside(s) && (rung == "" || o.policy == Latest || place(s) > place(rung)) {
				rung = s
			}
		}
		return rung
	}
	rung = furthest(stages)
	last := -1 // the last stage outside
	for i, s := range stages {
		if outside(s) {
			last = i
		}
	}
	if last < 0 {
		return rung, rung
	}
	before := furthest(stages[:last])
	for _, s := range stages[last+1:] {
		if o.policy == Latest || before == "" || place(s) >= place(before) {
			return rung, rung // it has left that stage
		}
	}
	return stages[last], rung
}

func (o *oracle) history(at time.Time) []Transition {
	var made []Transition
	transition := func(kind TransitionKind, when time.Time, from, to stage.Stage, i int) {
		made = append(made, Transition{At: when, Kind: kind, From: from, To: to, Rule: o.all[i].rule.Name, Touchpoint: o.all[i].t.ID})
	}
	for i := range o.all {
		from, fromRung := o.where(i)
		to, toRung := o.where(i + 1)
		when := o.all[i].t.Time
		if i > 0 && o.dormant > 0 && when.Sub(o.all[i-1].t.Time) > o.dormant {
			transition(Slept, o.all[i-1].t.Time.Add(o.dormant), from, from, i-1)
			transition(Woke, when, from, from, i)
		}
		before, undoneBefore, _ := o.purchases(i)
		after, undoneAfter, _ := o.purchases(i + 1)
		model := o.rules.Model
		switch {
		case len(undoneAfter) > len(undoneBefore):
			transition(Refunded, when, from, to, i)
		case len(after) > len(before) && (len(before) > len(undoneBefore) || o.phase(fromRung) >= stage.AtPurchase):
			transition(Repeated, when, from, to, i)
		case from == to:
		case len(after) == len(before) && model.Before(toRung, fromRung):
			transition(FellBack, when, from, to, i)
		default:
			transition(Entered, when, from, to, i)
		}
	}
	if n := len(o.all); n > 0 && o.dormant > 0 && at.Sub(o.all[n-1].t.Time) >= o.dormant {
		s, _ := o.where(n)
		transition(Slept, o.all[n-1].t.Time.Add(o.dormant), s, s, n-1)
	}
	return made
}

// randomTouches are up to n touchpoints of the customer within a day, some of them
// at the same time, with few order numbers.
func randomTouches(rng *rand.Rand, rules Rules, customer string, n int) []touchpoint.Touchpoint {
	touches := make([]touchpoint.Touchpoint, 1+rng.IntN(n))
	for i := range touches {
		t := &touches[i]
		*t = touchpoint.Touchpoint{
			ID: uuid.UUID{0: byte(1 + rng.IntN(255)), 15: byte(i)}, Customer: customer, Time: hour(rng.IntN(24)), Seq: int64(rng.IntN(2)),
			Kind: rules.Rules[rng.IntN(len(rules.Rules))].Kinds[0],
		}
		if order := rng.IntN(4); order > 0 {
			t.Properties = map[string]string{"order": string(rune('0' + order))}
		}
	}
	return touches
}

// TestTrackerOracle: in whatever order touchpoints come, and on whatever store,
// the answers for every time are those of the definitions.
func TestTrackerOracle(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 1))
	rules := trackerRules()
	cases := 500
	if testing.Short() {
		cases = 200
	}
	for range cases {
		touches := randomTouches(rng, rules, "ann", 12)
		options := TrackerOptions{Rules: rules, Policy: Policy(rng.IntN(2)), DormantAfter: time.Duration(rng.IntN(3)) * 3 * time.Hour}
		fast := newTestTracker(t, options, nil)
		slow := newTestTracker(t, options, otherStore{new(MemoryStore)})
		rng.Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
		var told []Transition // what the changes add up to
		for i := range touches {
			change, err := fast.Observe(ctx, &touches[i])
			require.NoError(t, err)
			same, err := slow.Observe(ctx, &touches[i])
			require.NoError(t, err)
			require.Equal(t, same, change)
			told = append(missing(told, change.Revoked), change.Made...)
			slices.SortStableFunc(told, func(a, b Transition) int { return a.At.Compare(b.At) })
		}
		latest := slices.MaxFunc(touches, func(a, b touchpoint.Touchpoint) int { return a.Time.Compare(b.Time) }).Time
		want := newOracle(rules, options.Policy, options.DormantAfter, touches, latest).history(latest)
		require.ElementsMatch(t, want, told, "the changes add up to the history")

		for h := range 30 {
			at := hour(h)
			o := newOracle(rules, options.Policy, options.DormantAfter, touches, at)
			got, err := fast.History(ctx, "ann", at)
			if len(o.all) == 0 {
				require.ErrorIs(t, err, ErrUnknownCustomer)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, o.history(at), got)
			standing, err := fast.Current(ctx, "ann", at)
			require.NoError(t, err)
			stage, _ := o.where(len(o.all))
			purchases, undone, _ := o.purchases(len(o.all))
			require.Equal(t, stage, standing.Stage)
			require.EqualValues(t, len(purchases), standing.Purchases)
			require.EqualValues(t, len(undone), standing.Refunds)
			require.Equal(t, o.all[len(o.all)-1].t.Time, standing.LastSeen)
			require.Equal(t, options.DormantAfter > 0 && at.Sub(standing.LastSeen) >= options.DormantAfter, standing.Dormant)
		}
	}
}
