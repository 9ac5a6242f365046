package dropoff

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

func nextOf(t *testing.T, f Funnel, key journey.Key, lines ...string) *NextCounts {
	t.Helper()
	c, err := NewNextCounts(f, key)
	require.NoError(t, err)
	for _, line := range lines {
		p := journeytest.Path(line)
		require.NoError(t, c.Add(&p))
	}
	return c
}

func nextResultOf(t *testing.T, c *NextCounts) *Next {
	t.Helper()
	n, err := c.Result()
	require.NoError(t, err)
	return n
}

func TestNext(t *testing.T) {
	n := nextResultOf(t, nextOf(t, countsFunnel("a", "b", "c"), nil,
		"a > help > shop > help", "a > help", "a > shop", "a", "a > open", // lost at b, but the last
		"a > shop > b > c", "a > b > shop", "x",
	))
	assert.EqualValues(t, 4, n.Lost(2))
	assert.EqualValues(t, 1, n.Nothing(2))
	assert.EqualValues(t, 2, n.WentOn(2))
	type row struct {
		value                       string
		lost, ofLost, went, wentAll int64
	}
	rows := func(step int) (all []row) {
		for r := range n.At(step) {
			all = append(all, row{r.Value.String(), r.OfLost.K, r.OfLost.N, r.OfWentOn.K, r.OfWentOn.N})
		}
		return all
	}
	assert.Equal(t, []row{{"help", 2, 4, 0, 2}, {"shop", 1, 4, 1, 2}, {"b", 0, 4, 1, 2}}, rows(2))
	assert.Equal(t, []row{{"shop", 1, 1, 0, 1}, {"c", 0, 1, 1, 1}}, rows(3))
	for r := range n.At(2) {
		assert.Equal(t, rateOf(2, 4, DefaultLevel), r.OfLost)
		break
	}
	assert.Empty(t, rows(1))
	assert.Empty(t, rows(0))
	assert.Empty(t, rows(4))
	assert.Zero(t, n.Lost(9)+n.Nothing(-1)+n.Untraced(9)+n.WentOn(0))

	_, err := nextOf(t, countsFunnel("a"), nil).Result()
	require.ErrorIs(t, err, ErrNoPaths)
	_, err = NewNextCounts(Funnel{}, nil)
	assert.Error(t, err)
}

// An optional step is on the way, not a step at which anybody is lost.
// TestNextAfterTheSameEvent: whoever repeats the step before the one in question is
// not told apart by it, for those who went on repeat it as well.
func TestNextAfterTheSameEvent(t *testing.T) {
	for name, set := range map[string]func(*Funnel){
		"any entry":   func(*Funnel) {},
		"first entry": func(f *Funnel) { f.Entry = FirstEntry },
		"every entry": func(f *Funnel) { f.Entry = EveryEntry },
		"exclusion": func(f *Funnel) {
			f.Exclusions = []Exclusion{{Name: "x", Channels: []touchpoint.Channel{"never"}, From: 2}}
		},
		"like posthog": func(f *Funnel) { f.Like = LikePostHog },
	} {
		f := countsFunnel("a", "b", "c")
		set(&f)
		n := nextResultOf(t, nextOf(t, f, nil, "a > a > help", "a > a > b > b > c", "a > b > b > stop"))
		var got []string
		for _, step := range []int{2, 3} {
			for row := range n.At(step) {
				got = append(got, fmt.Sprint(step, " ", row.Value, " ", row.OfLost.K, " ", row.OfWentOn.K))
			}
		}
		assert.Equal(t, []string{"2 a 1 1", "2 b 0 1", "3 b 1 1"}, got, name)
	}
}

func TestNextOptional(t *testing.T) {
	n := nextResultOf(t, nextOf(t, countsFunnel("a", "b?", "c"), journey.ByStage,
		"a/s > b/s > x/after", "a > x", "a > b > y/on > c", "a > c"))
	assert.Zero(t, n.Lost(2))
	assert.EqualValues(t, 2, n.Lost(3))
	got := map[Value][2]int64{}
	for r := range n.At(3) {
		got[r.Value] = [2]int64{r.OfLost.K, r.OfWentOn.K}
	}
	// All came to c by a, whether or not they did b then.
	assert.Equal(t, map[Value][2]int64{ValueOf("s"): {1, 0}, {}: {1, 2}}, got)
}

func TestNextUntraced(t *testing.T) {
	c := nextOf(t, countsFunnel("a", "b", "c"), nil, "a > x")
	p := journeytest.Path("a > b > x")
	c.add(&p, &Attempt{Status: Lost, Reason: ReasonEnded, Entered: 1, Reached: 2, Did: 3})
	c.attempts++
	n := nextResultOf(t, c)
	assert.EqualValues(t, 1, n.Lost(3))
	assert.EqualValues(t, 1, n.Untraced(3))
	assert.Zero(t, n.Nothing(3))
	back, err := NewNextCounts(c.funnel, nil)
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalBinary(countsBytes(t, c)))
	assert.Equal(t, n, nextResultOf(t, back))
}

func TestNextAnyOrder(t *testing.T) {
	f := countsFunnel("a", "b", "c")
	f.Order = AnyOrder
	c, err := NewNextCounts(f, nil)
	require.NoError(t, err)
	p := journeytest.Path("c > x > a > y")
	c.add(&p, &Attempt{Status: Lost, Reason: ReasonEnded, Entered: 1, Reached: 2, Did: 3, Hits: []Hit{{Step: 3}, {Step: 1, Index: 2}}})
	c.attempts++
	n := nextResultOf(t, c)
	assert.EqualValues(t, 1, n.WentOn(2))
	assert.EqualValues(t, 1, n.Lost(3))
	for r := range n.At(2) {
		assert.Equal(t, "x", r.Value.String())
	}
	for r := range n.At(3) {
		assert.Equal(t, "y", r.Value.String())
	}
}

func TestNextShards(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 6))
	f := countsFunnel("a", "b?", "c", "d")
	whole, err := NewNextCounts(f, journey.ByCode)
	require.NoError(t, err)
	shards := make([]*NextCounts, 4)
	for i := range shards {
		shards[i], err = NewNextCounts(f, journey.ByCode)
		require.NoError(t, err)
	}
	lost := int64(0)
	for range 300 {
		p := countsPath(rng)
		require.NoError(t, whole.Add(&p))
		require.NoError(t, shards[rng.IntN(4)].Add(&p))
	}
	want := countsBytes(t, whole)
	require.NoError(t, shards[2].Merge(shards[3]))
	require.NoError(t, shards[0].Merge(shards[1]))
	require.NoError(t, shards[2].Merge(shards[0]))
	require.Equal(t, want, countsBytes(t, shards[2]))

	back, err := NewNextCounts(f, journey.ByCode)
	require.NoError(t, err)
	require.NoError(t, back.UnmarshalBinary(want))
	require.Equal(t, want, countsBytes(t, back))
	for i := range want {
		require.Error(t, back.UnmarshalBinary(want[:i]))
	}
	for i := range want {
		bad := append([]byte(nil), want...)
		bad[i] ^= 1
		other, _ := NewNextCounts(f, journey.ByCode)
		if other.UnmarshalBinary(bad) == nil {
			require.Equal(t, bad, countsBytes(t, other))
		}
	}
	n := nextResultOf(t, whole)
	for k := 1; k <= 4; k++ {
		all := n.Nothing(k) + n.Untraced(k)
		for r := range n.At(k) {
			all += r.OfLost.K
		}
		assert.Equal(t, n.Lost(k), all)
		lost += all
	}
	assert.Positive(t, lost)

	require.NoError(t, back.Merge(back))
	assert.Equal(t, 2*n.Lost(3), nextResultOf(t, back).Lost(3))
	other, err := NewNextCounts(countsFunnel("a", "c"), journey.ByCode)
	require.NoError(t, err)
	require.ErrorIs(t, back.Merge(other), ErrMismatch)
	require.ErrorIs(t, other.UnmarshalBinary(want), ErrMismatch)
	back.attempts = maxAttempts
	p := countsPath(rng)
	require.ErrorIs(t, back.Add(&p), journey.ErrOverflow)
	require.ErrorIs(t, whole.Merge(back), journey.ErrOverflow)
}

func TestNextJSON(t *testing.T) {
	n := nextResultOf(t, nextOf(t, countsFunnel("a", "b?", "c"), nil, "a > x", "a"))
	data, err := json.Marshal(n)
	require.NoError(t, err)
	var v struct {
		Version int
		Steps   []struct {
			Step    int
			Name    string
			Lost    int
			Nothing int
			Next    []struct {
				Value  string
				OfLost struct{ K, N int } `json:"of_lost"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &v))
	assert.Equal(t, 1, v.Version)
	require.Len(t, v.Steps, 1)
	assert.Equal(t, "c", v.Steps[0].Name)
	assert.Equal(t, []int{3, 2, 1}, []int{v.Steps[0].Step, v.Steps[0].Lost, v.Steps[0].Nothing})
	assert.Equal(t, "x", v.Steps[0].Next[0].Value)
	assert.Equal(t, 2, v.Steps[0].Next[0].OfLost.N)
}

func FuzzNextUnmarshalBinary(f *testing.F) {
	c, err := NewNextCounts(countsFunnel("a", "b?", "c"), nil)
	require.NoError(f, err)
	rng := rand.New(rand.NewPCG(4, 7))
	for range 20 {
		p := countsPath(rng)
		require.NoError(f, c.Add(&p))
	}
	data, err := c.MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		back, err := NewNextCounts(c.funnel, nil)
		require.NoError(t, err)
		if back.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, countsBytes(t, back))
		if n, err := back.Result(); err == nil {
			_, err = n.MarshalJSON()
			require.NoError(t, err)
		}
	})
}

// TestNextAfterReading: counts that were read go on as those that were written.
func TestNextAfterReading(t *testing.T) {
	f := countsFunnel("a", "b", "c")
	whole := nextOf(t, f, nil, "a > x > b > c", "a > b > b > c")
	half := nextOf(t, f, nil, "a > x > b > c")
	data, err := half.MarshalBinary()
	require.NoError(t, err)
	read, err := NewNextCounts(f, nil)
	require.NoError(t, err)
	require.NoError(t, read.UnmarshalBinary(data))
	p := journeytest.Path("a > b > b > c")
	require.NoError(t, read.Add(&p))
	want, err := whole.MarshalBinary()
	require.NoError(t, err)
	got, err := read.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
