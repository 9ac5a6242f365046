package journey_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// flowOf counts the lines of journeytest's notation.
func flowOf(t testing.TB, options journey.FlowOptions, lines ...string) *journey.Flow {
	t.Helper()
	f := journey.NewFlow(options)
	for _, line := range lines {
		p := journeytest.Path(line)
		require.NoError(t, f.Add(&p))
	}
	return f
}

func flowBytes(t testing.TB, f *journey.Flow) []byte {
	t.Helper()
	b, err := f.MarshalBinary()
	require.NoError(t, err)
	return b
}

func flowJSON(t testing.TB, r *journey.FlowResult) string {
	t.Helper()
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}

// One look at everything, small enough to be counted by hand.
func TestFlowByHand(t *testing.T) {
	r := flowOf(
		t, journey.FlowOptions{},
		"a > +1h a > +2h b > a > buy",
		"a > +3h a > +5h b > a > lost",
		"b > lost",
		"open",
		"b > a > open",
		"b > +30m a > open",
		"b > lost",
		"b > buy",
	).Result()
	require.EqualValues(t, 8, r.Paths())
	require.EqualValues(t, 7, r.Touched())
	require.EqualValues(t, 2, r.Outcome(journey.Converted))
	require.EqualValues(t, 3, r.Outcome(journey.Lost))
	require.EqualValues(t, 3, r.Outcome(journey.Open))
	require.Zero(t, r.Outcome(7))
	require.EqualValues(t, 15, r.Touches())
	require.Zero(t, r.Unlabelled())
	require.Equal(t, []string{"a", "b"}, r.Names())

	require.Equal(t, 4, r.NumVariants())
	require.Equal(t, []journey.Variant{
		{Labels: []string{"b"}, Count: 3, Converted: 1, Lost: 2, Share: 3. / 8, Cover: 3. / 8},
		{Labels: []string{"a", "a", "b", "a"}, Count: 2, Converted: 1, Lost: 1, Share: 2. / 8, Cover: 5. / 8},
		{Labels: []string{"b", "a"}, Count: 2, Open: 2, Share: 2. / 8, Cover: 7. / 8},
		{Labels: []string{}, Count: 1, Open: 1, Share: 1. / 8, Cover: 1},
	}, slices.Collect(r.Variants()))

	require.Equal(t, []journey.FlowLabel{
		{Label: "a", Touches: 8, Paths: 4, Starts: 2, Ends: 4, SelfLoops: 2, Repetitions: 2, Reworked: 2},
		{Label: "b", Touches: 7, Paths: 7, Starts: 5, Ends: 3},
	}, slices.Collect(r.Labels()))

	a, b, start := journey.LabelNode("a"), journey.LabelNode("b"), journey.StartNode()
	converted, lost, open := journey.EndNode(journey.Converted), journey.EndNode(journey.Lost), journey.EndNode(journey.Open)
	var edges []journey.FlowEdge
	for e := range r.Edges() {
		e.Times = journey.FlowTimes{}
		edges = append(edges, e)
	}
	require.Equal(t, []journey.FlowEdge{
		{From: start, To: b, Count: 5, Paths: 5},
		{From: b, To: a, Count: 4, Paths: 4},
		{From: start, To: a, Count: 2, Paths: 2},
		{From: a, To: a, Count: 2, Paths: 2},
		{From: a, To: b, Count: 2, Paths: 2},
		{From: a, To: open, Count: 2, Paths: 2},
		{From: b, To: lost, Count: 2, Paths: 2},
		{From: start, To: open, Count: 1, Paths: 1},
		{From: a, To: converted, Count: 1, Paths: 1},
		{From: a, To: lost, Count: 1, Paths: 1},
		{From: b, To: converted, Count: 1, Paths: 1},
	}, edges)

	edge, ok := r.Edge(a, b)
	require.True(t, ok)
	require.EqualValues(t, 2, edge.Times.Len())
	mean, ok := edge.Times.Mean()
	require.True(t, ok)
	require.Equal(t, 3*time.Hour+30*time.Minute, mean)
	edge, ok = r.Edge(start, a)
	require.True(t, ok)
	require.Zero(t, edge.Times.Len())
	_, ok = r.Edge(b, b)
	require.False(t, ok)

	var lengths [][2]int64
	for length, n := range r.Lengths() {
		lengths = append(lengths, [2]int64{int64(length), n})
	}
	require.Equal(t, [][2]int64{{0, 1}, {1, 3}, {2, 2}, {4, 2}}, lengths)

	longest, ok := r.Span().Quantile(1)
	require.True(t, ok)
	require.Equal(t, 9*time.Hour, longest)
	require.EqualValues(t, 7, r.Span().Len())
	require.EqualValues(t, 5, r.Span(journey.Converted, journey.Lost, journey.Lost).Len())
	shortest, ok := r.Span(journey.Open).Quantile(0)
	require.True(t, ok)
	require.Equal(t, 30*time.Minute, shortest)
}

// Self-loops are apart from repetitions, and both are counted as touches.
func TestFlowRepetition(t *testing.T) {
	r := flowOf(t, journey.FlowOptions{}, "a > b > b > b > a > b > c > lost").Result()
	require.Equal(t, []journey.FlowLabel{
		{Label: "b", Touches: 4, Paths: 1, SelfLoops: 2, Repetitions: 1, Reworked: 1},
		{Label: "a", Touches: 2, Paths: 1, Starts: 1, Repetitions: 1, Reworked: 1},
		{Label: "c", Touches: 1, Paths: 1, Ends: 1},
	}, slices.Collect(r.Labels()))
	edge, ok := r.Edge(journey.LabelNode("b"), journey.LabelNode("b"))
	require.True(t, ok)
	require.EqualValues(t, 2, edge.Count)
	require.EqualValues(t, 1, edge.Paths)
}

// No label is taken for an end of the path.
func TestFlowNoMagicNames(t *testing.T) {
	f := journey.NewFlow(journey.FlowOptions{})
	names := []touchpoint.Channel{"Start", "(start)", "end", "(lost)", "^", "$", ".", "\x00", "a > b"}
	var p journey.Path
	for _, name := range names {
		p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Channel: name})
	}
	p.Outcome = journey.Lost
	require.NoError(t, f.Add(&p))
	r := f.Result()
	require.Len(t, r.Names(), len(names))
	n := 0
	for e := range r.Edges() {
		require.EqualValues(t, 1, e.Count)
		n++
	}
	require.Equal(t, len(names)+1, n)
	_, ok := r.Edge(journey.StartNode(), journey.LabelNode("Start"))
	require.True(t, ok)
	_, ok = r.Edge(journey.LabelNode("(start)"), journey.LabelNode("end"))
	require.True(t, ok)
	_, ok = r.Edge(journey.LabelNode("a > b"), journey.EndNode(journey.Lost))
	require.True(t, ok)
	var back journey.Flow
	require.NoError(t, back.UnmarshalBinary(flowBytes(t, f)))
	require.Equal(t, r.Names(), back.Result().Names())
}

func TestFlowLabels(t *testing.T) {
	p := journey.Path{Touchpoints: []touchpoint.Touchpoint{
		{Channel: "email", Kind: "open", Stage: "awareness"},
		{Channel: "web"},
		{Channel: "web", Kind: "visit", Stage: "decision"},
		{Stage: "decision"},
	}}
	for name, c := range map[string]struct {
		label      journey.Key
		want       []string
		unlabelled int64
	}{
		"nil":     {nil, []string{"open", "web", "visit"}, 1},
		"kind":    {journey.ByEvent, []string{"open", "web", "visit"}, 1},
		"channel": {journey.ByChannel, []string{"email", "web", "web"}, 1},
		"stage":   {journey.ByStage, []string{"awareness", "decision", "decision"}, 1},
		"own":     {func(t *touchpoint.Touchpoint) string { return string(t.Channel + "/" + touchpoint.Channel(t.Kind)) }, []string{"email/open", "web/", "web/visit", "/"}, 0},
		"none":    {func(*touchpoint.Touchpoint) string { return "" }, []string{}, 4},
	} {
		f := journey.NewFlow(journey.FlowOptions{Label: c.label})
		require.NoError(t, f.Add(&p), name)
		r := f.Result()
		require.Equal(t, c.want, slices.Collect(r.Variants())[0].Labels, name)
		require.Equal(t, c.unlabelled, r.Unlabelled(), name)
		require.EqualValues(t, 4, r.Touches()+r.Unlabelled(), name)
	}
}

// Times skip touches without label, and need both ends known.
func TestFlowTimesKnown(t *testing.T) {
	at := func(hour int) time.Time { return journeytest.Start().Add(time.Duration(hour) * time.Hour) }
	p := journey.Path{Touchpoints: []touchpoint.Touchpoint{
		{Channel: "a", Time: at(0)}, {Time: at(1)}, {Channel: "b", Time: at(2)}, {Channel: "c"}, {Channel: "d", Time: at(9)},
	}}
	f := journey.NewFlow(journey.FlowOptions{})
	require.NoError(t, f.Add(&p))
	r := f.Result()
	edge, _ := r.Edge(journey.LabelNode("a"), journey.LabelNode("b"))
	mean, ok := edge.Times.Mean()
	require.True(t, ok)
	require.Equal(t, 2*time.Hour, mean)
	edge, ok = r.Edge(journey.LabelNode("b"), journey.LabelNode("c"))
	require.True(t, ok)
	require.Zero(t, edge.Times.Len())
	span, _ := r.Span(journey.Open).Mean()
	require.Equal(t, 9*time.Hour, span)

	bare := journey.NewFlow(journey.FlowOptions{NoTimes: true})
	require.NoError(t, bare.Add(&p))
	require.Zero(t, bare.Result().Span().Len())
	require.Less(t, len(flowBytes(t, bare)), len(flowBytes(t, f)))
}

func TestFlowErrors(t *testing.T) {
	f := flowOf(t, journey.FlowOptions{}, "a > lost")
	before := flowBytes(t, f)
	at := journeytest.Start()
	for want, p := range map[error]journey.Path{
		journey.ErrOutcome: {Outcome: 3, Touchpoints: []touchpoint.Touchpoint{{Channel: "new"}}},
		journey.ErrNotOrdered: {Touchpoints: []touchpoint.Touchpoint{
			{Channel: "new", Time: at}, {Channel: "newer"}, {Time: at.Add(-1)},
		}},
	} {
		require.ErrorIs(t, f.Add(&p), want)
		require.Equal(t, before, flowBytes(t, f))
	}
	require.ErrorContains(t, f.Add(&journey.Path{Outcome: 3}), "no such outcome: 3")
	for _, options := range []journey.FlowOptions{{Name: "stages"}, {NoTimes: true}} {
		other := flowOf(t, options, "b > lost")
		require.ErrorIs(t, f.Merge(other), journey.ErrFlowMismatch)
		require.Equal(t, before, flowBytes(t, f))
	}
	early := journey.Path{Touchpoints: []touchpoint.Touchpoint{{Channel: "a", Time: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}}}
	require.NoError(t, f.Add(&early), "a time before the zero time")
}

func TestFlowEmpty(t *testing.T) {
	var f journey.Flow
	r := f.Result()
	require.Zero(t, r.Paths())
	require.Zero(t, r.NumVariants())
	require.Empty(t, r.Names())
	for range r.Variants() {
		require.Fail(t, "a variant of nothing")
	}
	for _, undefined := range []func() (float64, bool){r.Entropy, r.Complexity, r.VariantEntropy} {
		_, ok := undefined()
		require.False(t, ok)
	}
	_, ok := r.Span().Mean()
	require.False(t, ok)
	require.Zero(t, f.Len())
	require.Zero(t, f.Paths())
}

// A result stays as it was, and what it hands out is the receiver's.
func TestFlowResultImmutable(t *testing.T) {
	f := flowOf(t, journey.FlowOptions{}, "a > b > lost", "a > b > lost", "c > buy")
	r := f.Result()
	before := flowJSON(t, r)
	p := journeytest.Path("a > +5h b > lost")
	require.NoError(t, f.Add(&p))
	require.NoError(t, f.Merge(f))
	require.EqualValues(t, 8, f.Paths())
	for v := range r.Variants() {
		clear(v.Labels)
	}
	clear(r.Names())
	require.Equal(t, before, flowJSON(t, r))
}

func TestFlowTimesMean(t *testing.T) {
	for _, c := range []struct {
		line string
		want time.Duration
	}{
		{"a > +1ns b > +1ns a > +2ns b > lost", 2}, // 1.5 is rounded up
		{"a > +1ns b > +1ns a > +1ns b > +1ns a > +2ns b > lost", 1},
	} {
		r := flowOf(t, journey.FlowOptions{}, c.line).Result()
		edge, _ := r.Edge(journey.LabelNode("a"), journey.LabelNode("b"))
		mean, ok := edge.Times.Mean()
		require.True(t, ok)
		require.Equal(t, c.want, mean)
	}
	// Sums beyond 64 bits.
	f := journey.NewFlow(journey.FlowOptions{})
	from := time.Date(1, 1, 1, 1, 0, 0, 0, time.UTC)
	middle := from.AddDate(250, 0, 0)
	for i := range 401 {
		require.NoError(t, f.Add(&journey.Path{Touchpoints: []touchpoint.Touchpoint{
			{Channel: "a", Time: from}, {Channel: "b", Time: middle.Add(time.Duration(i-200) * time.Hour)},
		}}))
	}
	mean, ok := f.Result().Span().Mean()
	require.True(t, ok)
	require.Equal(t, middle.Sub(from), mean)
	var none journey.FlowTimes
	require.Zero(t, none.Len())
	_, ok = none.Quantile(0.5)
	require.False(t, ok)
	for range none.All() {
		require.Fail(t, "a duration of nothing")
	}
}
