package attribution_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

var update = flag.Bool("update", false, "write the golden files")

// The credits of this table are halves and quarters by both models, so that the
// text is the same on every machine.
const dyadic = "path,conversions,value,nulls\na > b,4,8,0\n,4,8,8\n"

func TestResultJSON(t *testing.T) {
	results, err := attribution.Attribute(journey.PathTable{}.Paths(context.Background(), strings.NewReader(dyadic), nil),
		attribution.Linear{}, attribution.Markov{})
	require.NoError(t, err)
	got, err := json.MarshalIndent(results, "", "  ")
	require.NoError(t, err)
	got = append(got, '\n')
	const golden = "testdata/results.json"
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// The largest value there is, on a path that touches a channel three times.
func TestLinearLargestValue(t *testing.T) {
	in := "path,conversions,value\na > a > a > b,1,1.7e308\n"
	results, err := attribution.Attribute(journey.PathTable{}.Paths(context.Background(), strings.NewReader(in), nil), attribution.Linear{})
	require.NoError(t, err)
	a, _ := results[0].Credit("a")
	assert.InEpsilon(t, .75*1.7e308, a.Value, 1e-15)
}

func TestNewResult(t *testing.T) {
	odd := errors.New("something odd")
	totals := attribution.Totals{Journeys: 10, Conversions: 4, Nulls: 6, Value: 20, Empty: 1}
	r, err := attribution.NewResult("mine", totals, map[touchpoint.Channel]attribution.Credit{
		"b":          {Conversions: 3, Value: 15},
		"a":          {Conversions: 0, Value: 0, Removal: &attribution.Removal{Effect: .5}},
		journey.None: {Conversions: 1, Value: 5},
	}, odd)
	require.NoError(t, err)
	assert.Equal(t, "mine", r.Model())
	assert.Equal(t, totals, r.Totals())
	assert.Equal(t, .4, r.ConversionRate())
	assert.Equal(t, []error{odd}, r.Warnings())
	var names []touchpoint.Channel
	for channel, c := range r.All() {
		names = append(names, channel)
		if c.Removal != nil {
			c.Removal.Effect = 99 // a copy
		}
	}
	assert.Equal(t, []touchpoint.Channel{"(none)", "a", "b"}, names)
	a, ok := r.Credit("a")
	assert.True(t, ok)
	assert.Equal(t, .5, a.Removal.Effect)
	b, _ := r.Credit("b")
	assert.Equal(t, attribution.Credit{Conversions: 3, Value: 15, Share: .75}, b)
	_, ok = r.Credit("c")
	assert.False(t, ok)
	for range r.All() {
		break
	}
}

func TestNewResultRefuses(t *testing.T) {
	for _, c := range []attribution.Credit{{Conversions: math.Inf(-1)}, {Conversions: math.NaN()}, {Value: math.Inf(1)}, {Value: math.NaN()}} {
		_, err := attribution.NewResult("mine", attribution.Totals{Conversions: 1}, map[touchpoint.Channel]attribution.Credit{"a": c})
		assert.ErrorIs(t, err, attribution.ErrConfig)
	}
	for _, totals := range []attribution.Totals{{Conversions: -1}, {Nulls: -1}, {Opens: -1}, {Value: math.NaN()}, {Value: math.Inf(1)}} {
		_, err := attribution.NewResult("mine", totals, nil)
		assert.ErrorIs(t, err, attribution.ErrConfig)
	}
	r, err := attribution.NewResult("mine", attribution.Totals{}, map[touchpoint.Channel]attribution.Credit{"a": {}})
	require.NoError(t, err)
	assert.Zero(t, r.ConversionRate(), "nothing, not NaN")
	c, _ := r.Credit("a")
	assert.Zero(t, c.Share)
}

// stub is a model of a user's own that counts conversions of first touches only.
type stub struct{ fail bool }

func (stub) Name() string    { return "stub" }
func (stub) Validate() error { return nil }

func (s stub) NewAccumulator() attribution.Accumulator { return &stubAccumulator{fail: s.fail} }

type stubAccumulator struct {
	n    int64
	fail bool
}

var errStub = errors.New("stub fails")

func (a *stubAccumulator) Add(p *journey.Counted) error {
	if a.fail {
		return errStub
	}
	a.n += p.Conversions
	return nil
}

func (a *stubAccumulator) Merge(other attribution.Accumulator) error {
	if a.fail {
		return errStub
	}
	a.n += other.(*stubAccumulator).n
	return nil
}

func (a *stubAccumulator) Result() (*attribution.Result, error) {
	return attribution.NewResult("stub", attribution.Totals{Journeys: a.n, Conversions: a.n}, nil)
}
func (a *stubAccumulator) MarshalBinary() ([]byte, error) { return []byte{byte(a.n)}, nil }
func (a *stubAccumulator) UnmarshalBinary(b []byte) error {
	if len(b) != 1 || a.fail {
		return errStub
	}
	a.n = int64(b[0])
	return nil
}

// A set takes models of this package and others side by side.
func TestSetWithForeignModel(t *testing.T) {
	set, err := attribution.NewSet(attribution.LastTouch{}, stub{}, attribution.Linear{})
	require.NoError(t, err)
	d := journey.NewDictionary("a")
	require.NoError(t, set.Add(&journey.Counted{Dictionary: d, Channels: []journey.Code{0}, Conversions: 3}))
	b, err := set.MarshalBinary()
	require.NoError(t, err)
	other := set.New()
	require.NoError(t, other.UnmarshalBinary(b))
	require.NoError(t, set.Merge(other))
	results, err := set.Results()
	require.NoError(t, err)
	require.Len(t, results, 3)
	for i, name := range []string{"last", "stub", "linear"} {
		assert.Equal(t, name, results[i].Model())
		assert.Equal(t, int64(6), results[i].Totals().Conversions)
	}

	failing, err := attribution.NewSet(attribution.LastTouch{}, stub{fail: true}, attribution.Linear{})
	require.NoError(t, err)
	assert.ErrorIs(t, failing.Add(&journey.Counted{Nulls: 1}), errStub)
	assert.ErrorIs(t, failing.Merge(set), errStub)
	assert.ErrorIs(t, failing.UnmarshalBinary(b), errStub)
	assert.ErrorIs(t, failing.Merge(attributionSet(t, attribution.LastTouch{})), attribution.ErrModel)
	assert.ErrorIs(t, attributionSet(t, attribution.LastTouch{}).Merge(attributionSet(t, attribution.FirstTouch{})), attribution.ErrModel)
}

func attributionSet(t *testing.T, models ...attribution.Model) *attribution.Set {
	t.Helper()
	s, err := attribution.NewSet(models...)
	require.NoError(t, err)
	return s
}

func TestSetConfiguration(t *testing.T) {
	_, err := attribution.NewSet(attribution.Linear{}, attribution.Linear{})
	assert.ErrorIs(t, err, attribution.ErrConfig)
	_, err = attribution.NewSet(attribution.Linear{Per: 7}, attribution.TimeDecay{HalfLife: -1})
	assert.ErrorContains(t, err, "linear")
	assert.ErrorContains(t, err, "time-decay", "all problems at once")
	_, err = attribution.Attribute(nil, attribution.Weighted{})
	assert.ErrorIs(t, err, attribution.ErrConfig)
}
