package journey_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// flowRandomPaths makes paths of few labels, some touches without label or time,
// many at the same time.
func flowRandomPaths(rng *rand.Rand, n int) []journey.Path {
	channels := []touchpoint.Channel{"", "a", "b", "c", "(start)"}[:2+rng.IntN(4)]
	paths := make([]journey.Path, n)
	for i := range paths {
		p := &paths[i]
		p.Outcome = journey.Outcome(rng.IntN(3))
		now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		for range rng.IntN(6) {
			now = now.Add(time.Duration(rng.IntN(3)) * time.Minute)
			t := touchpoint.Touchpoint{Channel: channels[rng.IntN(len(channels))], Time: now}
			if rng.IntN(8) == 0 {
				t.Time = time.Time{}
			}
			p.Touchpoints = append(p.Touchpoints, t)
		}
	}
	return paths
}

// flowFacts are all that a result says of counts and times, as text.
type flowFacts map[string]int64

func (f flowFacts) times(key string, t journey.FlowTimes) {
	for d, n := range t.All() {
		f[fmt.Sprint(key, " ", d)] += n
	}
}

// flowBrute counts the paths one by one, from the definitions.
func flowBrute(paths []journey.Path) flowFacts {
	f := make(flowFacts)
	for _, p := range paths {
		var labels []string
		var times []time.Time
		for _, t := range p.Touchpoints {
			if t.Channel == "" {
				f["unlabelled"]++
				continue
			}
			labels, times = append(labels, string(t.Channel)), append(times, t.Time)
		}
		f["variant "+strings.Join(labels, ",")+p.Outcome.String()]++
		nodes := []journey.Node{journey.StartNode()}
		for _, label := range labels {
			nodes = append(nodes, journey.LabelNode(label))
		}
		nodes = append(nodes, journey.EndNode(p.Outcome))
		edge := func(i int) string { return fmt.Sprintf("edge %#v %#v", nodes[i], nodes[i+1]) }
		for i := range nodes[1:] {
			f[edge(i)]++
			first := true
			for j := range i {
				first = first && edge(j) != edge(i)
			}
			if first {
				f[edge(i)+" paths"]++
			}
		}
		for i, label := range labels {
			f["touches "+label]++
			before := slices.Contains(labels[:i], label)
			switch {
			case !before:
				f["paths "+label]++
			case labels[i-1] == label:
				f["self-loops "+label]++
			default:
				f["repetitions "+label]++
			}
			if before && !slices.Contains(labels[i+1:], label) { // the last of several
				f["reworked "+label]++
			}
			if i == 0 {
				f["starts "+label]++
			}
			if i == len(labels)-1 {
				f["ends "+label]++
			}
			if i > 0 && !times[i-1].IsZero() && !times[i].IsZero() {
				f[fmt.Sprint(edge(i), " ", times[i].Sub(times[i-1]))]++
			}
		}
		if n := len(labels); n > 0 && !times[0].IsZero() && !times[n-1].IsZero() {
			f[fmt.Sprint("span ", p.Outcome, " ", times[n-1].Sub(times[0]))]++
		}
	}
	return f
}

// flowFactsOf is what the result says in the same terms.
func flowFactsOf(t *testing.T, r *journey.FlowResult) flowFacts {
	f := make(flowFacts)
	set := func(key string, n int64) {
		if n > 0 {
			f[key] = n
		}
	}
	set("unlabelled", r.Unlabelled())
	var last journey.Variant
	for v := range r.Variants() {
		require.Equal(t, v.Count, v.Converted+v.Lost+v.Open)
		if last.Count != v.Count {
			require.True(t, last.Count == 0 || last.Count > v.Count)
		} else {
			require.Negative(t, slices.Compare(last.Labels, v.Labels))
		}
		require.InDelta(t, float64(v.Count)/float64(r.Paths()), v.Share, 1e-15)
		require.InDelta(t, last.Cover+v.Share, v.Cover, 1e-13)
		last = v
		key := "variant " + strings.Join(v.Labels, ",")
		set(key+"converted", v.Converted)
		set(key+"lost", v.Lost)
		set(key+"open", v.Open)
	}
	if r.Paths() > 0 {
		require.Equal(t, 1.0, last.Cover)
	}
	for e := range r.Edges() {
		key := fmt.Sprintf("edge %#v %#v", e.From, e.To)
		set(key, e.Count)
		set(key+" paths", e.Paths)
		f.times(key, e.Times)
	}
	for l := range r.Labels() {
		require.Equal(t, l.Touches, l.Paths+l.SelfLoops+l.Repetitions)
		for _, c := range []struct {
			key string
			n   int64
		}{
			{"touches ", l.Touches},
			{"paths ", l.Paths},
			{"self-loops ", l.SelfLoops},
			{"repetitions ", l.Repetitions},
			{"reworked ", l.Reworked},
			{"starts ", l.Starts},
			{"ends ", l.Ends},
		} {
			set(c.key+l.Label, c.n)
		}
	}
	for _, o := range []journey.Outcome{journey.Open, journey.Converted, journey.Lost} {
		f.times(fmt.Sprint("span ", o), r.Span(o))
	}
	return f
}

// Any order and any sharding, through bytes or not, gives the same bytes, and
// what they hold is what counting one by one gives.
func TestFlowOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		paths := flowRandomPaths(rng, rng.IntN(40))
		var whole journey.Flow
		for i := range paths {
			require.NoError(t, whole.Add(&paths[i]))
		}
		require.Equal(t, flowBrute(paths), flowFactsOf(t, whole.Result()))
		b := flowBytes(t, &whole)

		rng.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		shards := make([]journey.Flow, 1+rng.IntN(4))
		for i := range paths {
			require.NoError(t, shards[rng.IntN(len(shards))].Add(&paths[i]))
		}
		for len(shards) > 1 { // in any grouping
			i, j := rng.IntN(len(shards)), rng.IntN(len(shards)-1)
			if j >= i {
				j++
			}
			if rng.IntN(2) == 0 {
				var back journey.Flow
				require.NoError(t, back.UnmarshalBinary(flowBytes(t, &shards[j])))
				require.Equal(t, flowBytes(t, &shards[j]), flowBytes(t, &back))
				shards[j] = back
			}
			other := flowBytes(t, &shards[j])
			require.NoError(t, shards[i].Merge(&shards[j]))
			require.Equal(t, other, flowBytes(t, &shards[j]), "unchanged")
			shards = slices.Delete(shards, j, j+1)
		}
		require.Equal(t, b, flowBytes(t, &shards[0]))
		require.Equal(t, flowJSON(t, whole.Result()), flowJSON(t, shards[0].Result()))
	}
}

// Merging a flow with itself counts everything twice.
func TestFlowMergeSelf(t *testing.T) {
	paths := flowRandomPaths(rand.New(rand.NewPCG(1, 2)), 50)
	var once, twice journey.Flow
	for i := range paths {
		require.NoError(t, once.Add(&paths[i]))
		require.NoError(t, twice.Add(&paths[i]))
		require.NoError(t, twice.Add(&paths[i]))
	}
	require.NoError(t, once.Merge(&once))
	require.Equal(t, flowBytes(t, &twice), flowBytes(t, &once))
}
