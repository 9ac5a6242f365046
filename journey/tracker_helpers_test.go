package journey

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// trackerModel has two stages before the purchase and two after it, and one
// outside.
var trackerModel = stage.Model{Name: "test", Steps: []stage.Step{
	{Stage: "look", Phase: stage.PrePurchase},
	{Stage: "cart", Phase: stage.PrePurchase},
	{Stage: "buy", Phase: stage.AtPurchase},
	{Stage: "use", Phase: stage.PostPurchase},
	{Stage: "love", Phase: stage.PostPurchase},
	{Stage: "lost"},
}}

// trackerRules have a rule for each stage, for touchpoints of its kind, and the
// other effects: "says-buy" reports a purchase, "refund" undoes one, "refund-use"
// does too and leads to use, "seen" is activity.
func trackerRules() Rules {
	r := Rules{Model: trackerModel}
	for _, step := range trackerModel.All() {
		r.Rules = append(r.Rules, Rule{
			Name: "r-" + string(step.Stage), Kinds: []touchpoint.Kind{touchpoint.Kind(step.Stage)}, To: step.Stage, Order: "order",
		})
	}
	r.Rules = append(
		r.Rules,
		Rule{Name: "r-says-buy", Kinds: []touchpoint.Kind{"says-buy"}, To: "buy", Effect: Reports, Order: "order"},
		Rule{Name: "r-refund", Kinds: []touchpoint.Kind{"refund"}, Effect: Refunds, Order: "order"},
		Rule{Name: "r-refund-use", Kinds: []touchpoint.Kind{"refund-use"}, To: "use", Effect: Refunds, Order: "order"},
		Rule{Name: "r-seen", Kinds: []touchpoint.Kind{"seen"}, Effect: Activity},
	)
	return r
}

var trackerStart = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return trackerStart.Add(time.Duration(n) * time.Hour) }

// script makes touchpoints of a customer from words such as "buy@3#7": kind, hour,
// order number. The position of a word is the last byte of the ID.
func script(t testing.TB, customer, text string) []touchpoint.Touchpoint {
	var touches []touchpoint.Touchpoint
	for i, word := range strings.Fields(text) {
		kind, rest, ok := strings.Cut(word, "@")
		at, order, _ := strings.Cut(rest, "#")
		h, err := strconv.Atoi(at)
		require.True(t, ok && err == nil, word)
		touch := touchpoint.Touchpoint{
			ID: uuid.UUID{0: 1, 15: byte(i + 1)}, Customer: customer, Time: hour(h), Kind: touchpoint.Kind(kind),
		}
		if order != "" {
			touch.Properties = map[string]string{"order": order}
		}
		touches = append(touches, touch)
	}
	return touches
}

// historyText writes transitions as "3h fell-back use>cart r-cart 2": hour, kind,
// from and to, rule, last byte of the touchpoint's ID.
func historyText(transitions []Transition) []string {
	var lines []string
	for _, t := range transitions {
		lines = append(lines, fmt.Sprintf("%v %v %s>%s %s %d",
			t.At.Sub(trackerStart).Hours(), t.Kind, t.From, t.To, strings.TrimPrefix(t.Rule, "r-"), t.Touchpoint[15]))
	}
	return lines
}

func newTestTracker(t testing.TB, o TrackerOptions, s Store) *Tracker {
	t.Helper()
	if len(o.Rules.Rules) == 0 {
		o.Rules = trackerRules()
	}
	tracker, err := NewTracker(o, s)
	require.NoError(t, err)
	return tracker
}

func observeAll(t testing.TB, tracker *Tracker, touches []touchpoint.Touchpoint) {
	t.Helper()
	for i := range touches {
		_, err := tracker.Observe(context.Background(), &touches[i])
		require.NoError(t, err)
	}
}

func snapshotOf(t testing.TB, tracker *Tracker) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tracker.Snapshot(context.Background(), &b))
	return b.String()
}

// otherStore hides that a store is a [MemoryStore], so that a tracker uses it as
// it uses any other.
type otherStore struct{ Store }

type touchKind = touchpoint.Kind

// failingStore fails while err is set, and remembers what was added last.
type failingStore struct {
	Store
	err   error
	added Evidence
}

func (f *failingStore) Add(ctx context.Context, customer string, e Evidence) (was, now []Evidence, err error) {
	if f.err != nil {
		return nil, nil, f.err
	}
	f.added = e
	return f.Store.Add(ctx, customer, e)
}

func (f *failingStore) Evidence(ctx context.Context, customer string) ([]Evidence, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Store.Evidence(ctx, customer)
}

func (f *failingStore) Erase(ctx context.Context, customer string) ([]Evidence, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Store.Erase(ctx, customer)
}

func (f *failingStore) Quiet(ctx context.Context, from, to time.Time) iter.Seq2[string, error] {
	if f.err != nil {
		return func(yield func(string, error) bool) { yield("", f.err) }
	}
	return f.Store.Quiet(ctx, from, to)
}

func (f *failingStore) All(ctx context.Context) iter.Seq2[CustomerEvidence, error] {
	if f.err != nil {
		return func(yield func(CustomerEvidence, error) bool) { yield(CustomerEvidence{}, f.err) }
	}
	return f.Store.All(ctx)
}

// discard takes everything.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
