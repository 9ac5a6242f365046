package journey

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/touchpoint"
)

func flowSample(t testing.TB, options FlowOptions) *Flow {
	f := NewFlow(options)
	for i, channels := range [][]touchpoint.Channel{{"b", "a", "a"}, {"a", "", "b"}, {}, {"b", "a", "a"}} {
		p := Path{Outcome: Outcome(i % outcomes)}
		for j, channel := range channels {
			p.Touchpoints = append(p.Touchpoints, builderTouch("ann", float64(j*(i+1)), channel))
		}
		require.NoError(t, f.Add(&p))
	}
	return f
}

func flowMarshal(t testing.TB, f *Flow) []byte {
	b, err := f.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestFlowCodec(t *testing.T) {
	for _, options := range []FlowOptions{{}, {Name: "stages"}, {NoTimes: true, Name: "x"}} {
		f := flowSample(t, options)
		b := flowMarshal(t, f)
		back := Flow{options: FlowOptions{Label: ByChannel}}
		require.NoError(t, back.UnmarshalBinary(b))
		require.NotNil(t, back.options.Label)
		back.options.Label = nil
		require.Equal(t, f.options, back.options)
		want, err := f.Result().MarshalJSON()
		require.NoError(t, err)
		got, err := back.Result().MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		require.Equal(t, b, flowMarshal(t, &back))

		// Every prefix is refused, and leaves what there was.
		for i := range b {
			require.ErrorIs(t, back.UnmarshalBinary(b[:i]), wire.ErrCorrupt)
		}
		require.ErrorIs(t, back.UnmarshalBinary(append(bytes.Clone(b), 0)), wire.ErrCorrupt)
		require.Equal(t, b, flowMarshal(t, &back))
	}
}

// Bytes that hold together but cannot come from counting are refused.
func TestFlowCodecRefuses(t *testing.T) {
	type variant struct {
		codes  []uint64
		counts [outcomes]int64
	}
	type timed struct {
		from, to uint64
		times    []time.Duration
	}
	durations := func(b []byte, times []time.Duration) []byte {
		var d Durations
		for _, x := range times {
			d.Add(x)
		}
		b, err := appendDurations(b, &d)
		require.NoError(t, err)
		return b
	}
	type form struct {
		labels     []touchpoint.Channel
		unlabelled int64
		variants   []variant
		timed      []timed
		spans      [outcomes][]time.Duration
	}
	write := func(f form) []byte {
		b := wire.AppendString(wire.AppendHeader(nil, flowName, flowVersion), "")
		b = wire.AppendNames(wire.AppendUint(b, 0), f.labels)
		b = wire.AppendUint(wire.AppendCount(b, f.unlabelled), uint64(len(f.variants)))
		for _, v := range f.variants {
			b = wire.AppendUint(b, uint64(len(v.codes)))
			for _, code := range v.codes {
				b = wire.AppendUint(b, code)
			}
			for _, n := range v.counts {
				b = wire.AppendCount(b, n)
			}
		}
		b = wire.AppendUint(b, uint64(len(f.timed)))
		for _, t := range f.timed {
			b = durations(wire.AppendUint(wire.AppendUint(b, t.from), t.to), t.times)
		}
		for _, times := range f.spans {
			b = durations(b, times)
		}
		return b
	}
	names := []touchpoint.Channel{"a", "b"}
	ab := variant{[]uint64{0, 1}, [outcomes]int64{1, 0, 1}}
	for name, c := range map[string]struct {
		form form
		ok   bool
	}{
		"sound":                     {form{names, 1, []variant{ab}, []timed{{0, 1, []time.Duration{0, 7}}}, [outcomes][]time.Duration{{7}, nil, {0}}}, true},
		"no times":                  {form{labels: names, variants: []variant{ab}}, true},
		"most there may be":         {form{labels: names, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{maxFlow / 3}}}}, true},
		"too many":                  {form{labels: names, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{maxFlow/3 + 1}}}}, false},
		"too many together":         {form{labels: names, unlabelled: 2, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{maxFlow / 3}}}}, false},
		"too many unlabelled":       {form{unlabelled: maxFlow + 1}, false},
		"overflow of outcomes":      {form{labels: names, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{math.MaxInt64, math.MaxInt64, 2}}}}, false},
		"wrap of outcomes":          {form{labels: names, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{maxFlow, maxFlow, maxFlow}}}}, false},
		"empty label":               {form{labels: []touchpoint.Channel{"", "b"}, variants: []variant{ab}}, false},
		"unused label":              {form{labels: append(names, "c"), variants: []variant{ab}}, false},
		"labels out of order":       {form{labels: []touchpoint.Channel{"b", "a"}, variants: []variant{ab}}, false},
		"no such label":             {form{labels: names, variants: []variant{{[]uint64{0, 1, 2}, [outcomes]int64{1}}}}, false},
		"variant without paths":     {form{labels: names, variants: []variant{{[]uint64{0, 1}, [outcomes]int64{}}}}, false},
		"variant twice":             {form{labels: names, variants: []variant{ab, ab}}, false},
		"variants out of order":     {form{labels: names, variants: []variant{ab, {nil, [outcomes]int64{1}}}}, false},
		"more times than steps":     {form{labels: names, variants: []variant{ab}, timed: []timed{{0, 1, []time.Duration{1, 2, 3}}}}, false},
		"times of no edge":          {form{labels: names, variants: []variant{ab}, timed: []timed{{1, 0, []time.Duration{1}}}}, false},
		"edge without times":        {form{labels: names, variants: []variant{ab}, timed: []timed{{0, 1, nil}}}, false},
		"negative time":             {form{labels: names, variants: []variant{ab}, timed: []timed{{0, 1, []time.Duration{-1}}}}, false},
		"edges twice":               {form{labels: names, variants: []variant{ab}, timed: []timed{{0, 1, []time.Duration{1}}, {0, 1, []time.Duration{1}}}}, false},
		"spans of another outcome":  {form{labels: names, variants: []variant{ab}, spans: [outcomes][]time.Duration{nil, {1}}}, false},
		"more spans than paths":     {form{labels: names, variants: []variant{ab}, spans: [outcomes][]time.Duration{{1, 2}}}, false},
		"span of a path of nothing": {form{variants: []variant{{nil, [outcomes]int64{1}}}, spans: [outcomes][]time.Duration{{0}}}, false},
		"negative span":             {form{labels: names, variants: []variant{ab}, spans: [outcomes][]time.Duration{{-1}}}, false},
	} {
		b := write(c.form)
		var f Flow
		err := f.UnmarshalBinary(b)
		if !c.ok {
			require.ErrorIs(t, err, wire.ErrCorrupt, name)
			require.Zero(t, f, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, b, flowMarshal(t, &f), name)
	}
}

// Counts near the bound are refused, not wrapped.
func TestFlowOverflow(t *testing.T) {
	f := flowSample(t, FlowOptions{NoTimes: true})
	for range 200 {
		if f.Merge(f) != nil {
			break
		}
	}
	before := flowMarshal(t, f)
	require.ErrorIs(t, f.Merge(f), ErrOverflow)
	require.Equal(t, before, flowMarshal(t, f))
	require.Positive(t, f.Result().Touches())
	require.Greater(t, f.touches+f.paths+f.unlabelled, int64(maxFlow/2))

	f.unlabelled = maxFlow - f.touches - f.paths
	require.ErrorIs(t, f.Add(new(Path)), ErrOverflow)
	f.unlabelled--
	var other Flow
	other.options.NoTimes = true
	require.NoError(t, other.Add(&Path{Touchpoints: make([]touchpoint.Touchpoint, 1)}))
	require.EqualValues(t, 1, other.unlabelled)
	require.ErrorIs(t, f.Merge(&other), ErrOverflow)
	require.NoError(t, f.Add(new(Path)))
}

func FuzzFlowUnmarshalBinary(f *testing.F) {
	f.Add(flowMarshal(f, new(Flow)))
	f.Add(flowMarshal(f, flowSample(f, FlowOptions{})))
	f.Add(flowMarshal(f, flowSample(f, FlowOptions{Name: "stages", NoTimes: true})))
	f.Fuzz(func(t *testing.T, data []byte) {
		var flow Flow
		if flow.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, flowMarshal(t, &flow))
		r := flow.Result()
		require.Equal(t, flow.paths, r.Paths())
		_, err := r.MarshalJSON()
		require.NoError(t, err)
		if flow.Merge(&flow) == nil {
			require.Equal(t, 2*r.Touches(), flow.Result().Touches())
		}
	})
}
