package journey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

type journeyAge = time.Duration

// TestTransforms uses the worked examples of fractribution's documentation where
// there are any.
func TestTransforms(t *testing.T) {
	const long = "D|A|B|B|C|D|C|C"
	for _, tc := range []struct {
		transform journey.Transform
		in, want  string
	}{
		{journey.Transform{}, long, long},
		{journey.Unique(), long, long},
		{journey.Exposure(), long, "D|A|B|C|D|C"},
		{journey.First(), long, "D|A|B|C"},
		{journey.Frequency(), long, "D(2)|A(1)|B(2)|C(3)"},
		{journey.Remove("C"), long, "D|A|B|B|D"},
		{journey.Remove("C", "B", "nowhere"), long, "D|A|D"},
		{journey.Remove("A"), "A|A", ""},
		{journey.RemoveIfNotAll("A"), "A|B|A|A", "B"},
		{journey.RemoveIfNotAll("A"), "A|A", "A|A"},
		{journey.RemoveIfNotAll("A", "B"), "A|B|A", "A|B|A"},
		{journey.RemoveIfLastAndNotAll("A"), "A|B|A|A", "A|B"},
		{journey.RemoveIfLastAndNotAll("A"), "A|A", "A|A"},
		{journey.RemoveIfLastAndNotAll("C"), long, "D|A|B|B|C|D"},
		{journey.RemoveIfLastAndNotAll("A"), "B", "B"},
		{journey.Trim(3), long, "D|C|C"},
		{journey.Trim(100), long, long},
	} {
		t.Run(fmt.Sprint(tc.transform, " of ", tc.in), func(t *testing.T) {
			p := lean(new(journey.Dictionary), leanRow{tc.in, 1, 0, 0, 0})
			tc.transform.Apply(p)
			assert.Equal(t, tc.want, leanRowOf(p).Path)

			empty := &journey.Counted{Dictionary: new(journey.Dictionary), Nulls: 1}
			tc.transform.Apply(empty)
			assert.Empty(t, empty.Channels)

			text, err := tc.transform.MarshalText()
			require.NoError(t, err)
			var back journey.Transform
			require.NoError(t, back.UnmarshalText(text))
			assert.Equal(t, tc.transform, back)
		})
	}
}

func TestTransformKeepsAges(t *testing.T) {
	ages := func() *journey.Counted {
		p := lean(new(journey.Dictionary), leanRow{"a|a|b|a|c", 1, 0, 0, 0})
		p.Ages = []time.Duration{5, 4, 3, 2, 1}
		return p
	}
	for _, tc := range []struct {
		transform journey.Transform
		want      []time.Duration
	}{
		{journey.Unique(), []time.Duration{5, 4, 3, 2, 1}},
		{journey.Exposure(), []time.Duration{5, 3, 2, 1}},
		{journey.First(), []time.Duration{5, 3, 1}},
		{journey.Frequency(), []time.Duration{5, 3, 1}},
		{journey.Remove("a"), []time.Duration{3, 1}},
		{journey.RemoveIfLastAndNotAll("c"), []time.Duration{5, 4, 3, 2}},
		{journey.Trim(2), []time.Duration{2, 1}},
	} {
		p := ages()
		tc.transform.Apply(p)
		assert.Equal(t, tc.want, p.Ages, tc.transform.String())
		assert.NoError(t, p.Validate())
	}
}

func TestTransformsChain(t *testing.T) {
	ts := journey.Transforms{journey.Remove("direct"), journey.Exposure(), journey.Trim(2)}
	require.NoError(t, ts.Validate())
	p := lean(new(journey.Dictionary), leanRow{"a|direct|a|b|direct|b|c", 1, 0, 0, 0})
	ts.Apply(p)
	assert.Equal(t, "b|c", leanRowOf(p).Path)
}

func TestTransformBadText(t *testing.T) {
	for _, text := range []string{"", "none", "trim", "trim=0", "trim=-1", "trim=x", "remove", "remove=", "remove=|", "exposure=2", "Exposure"} {
		assert.ErrorIs(t, new(journey.Transform).UnmarshalText([]byte(text)), journey.ErrTransform, text)
	}
	err := journey.Transforms{journey.Trim(0), journey.First(), journey.Remove()}.Validate()
	assert.ErrorIs(t, err, journey.ErrTransform)
	assert.Equal(t, 2, strings.Count(err.Error(), "bad transform"), err)
}

// A path of many different channels is no trap.
func TestFirstOfManyChannels(t *testing.T) {
	d := new(journey.Dictionary)
	p := &journey.Counted{Dictionary: d, Conversions: 1}
	for i := range 200_000 {
		p.Channels = append(p.Channels, d.CodeBytes(fmt.Appendf(nil, "c%d", i%150_000)))
	}
	journey.First().Apply(p)
	assert.Len(t, p.Channels, 150_000)
}
