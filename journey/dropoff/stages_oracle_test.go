package dropoff

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// stagesPath returns a random path over the stages of the model, none and another.
func stagesPath(rng *rand.Rand) journey.Path {
	p := countsPath(rng)
	stages := []stage.Stage{"", "other"}
	for _, s := range stagesModel().Steps {
		stages = append(stages, s.Stage)
	}
	for i := range p.Touchpoints {
		p.Touchpoints[i].Stage = stages[rng.IntN(len(stages))]
	}
	return p
}

// stagesOracle counts one stage, by looking for it in every path anew.
type stagesOracle struct {
	reached, online, offline, skipped, furthest, fellFrom, fellTo, lastOpen, lastConverted, lastLost int64
	stays, open                                                                                      []time.Duration
}

func newStagesOracle(k int, paths []journey.Path, asOf time.Time) stagesOracle {
	model := stagesModel().Steps
	index := func(s stage.Stage) int {
		return slices.IndexFunc(model, func(m stage.Step) bool { return m.Stage == s })
	}
	ordered := func(i int) bool { return model[i].Phase != stage.UnknownPhase }
	var o stagesOracle
	for _, p := range paths {
		// The touches seen, and of these the first of every stay.
		var seen, first []touchpoint.Touchpoint
		for _, t := range p.Touchpoints {
			if !asOf.IsZero() && t.Time.After(asOf) {
				continue
			}
			seen = append(seen, t)
			if index(t.Stage) >= 0 && (len(first) == 0 || first[len(first)-1].Stage != t.Stage) {
				first = append(first, t)
			}
		}
		if len(first) == 0 {
			continue
		}
		furthest := -1
		for _, t := range first {
			if i := index(t.Stage); ordered(i) {
				furthest = max(furthest, i)
			}
		}
		if at := slices.IndexFunc(first, func(t touchpoint.Touchpoint) bool { return index(t.Stage) == k }); at >= 0 {
			o.reached++
			switch first[at].Setting {
			case touchpoint.Online:
				o.online++
			case touchpoint.Offline:
				o.offline++
			}
			if furthest == k {
				o.furthest++
			}
		} else if ordered(k) && furthest > k {
			o.skipped++
		}
		from, to := false, false
		for i := 1; i < len(first); i++ {
			a, b := index(first[i-1].Stage), index(first[i].Stage)
			if a == k {
				o.stays = append(o.stays, first[i].Time.Sub(first[i-1].Time))
			}
			if b < a && ordered(a) && ordered(b) {
				from, to = from || a == k, to || b == k
			}
		}
		if from {
			o.fellFrom++
		}
		if to {
			o.fellTo++
		}
		last := first[len(first)-1]
		if index(last.Stage) != k {
			continue
		}
		end := seen[len(seen)-1].Time
		switch {
		case p.Outcome == journey.Open || !asOf.IsZero() && p.End.After(asOf):
			o.lastOpen++
			if !asOf.IsZero() {
				end = asOf
			}
			o.open = append(o.open, end.Sub(last.Time))
			continue
		case p.Outcome == journey.Converted:
			o.lastConverted++
			end = p.End
		default:
			o.lastLost++
		}
		o.stays = append(o.stays, end.Sub(last.Time))
	}
	return o
}

// The report is that of brute force, and shards merge to equal bytes.
func TestStagesOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 8))
	for trial := range 40 {
		var o StageOptions
		if trial%2 == 1 {
			o.AsOf = journeytest.Start().Add(time.Duration(rng.IntN(5)) * time.Hour)
		}
		whole := stagesOf(t, o)
		shards := []*StageCounts{whole.New(), whole.New(), whole.New()}
		var paths []journey.Path
		for range 1 + rng.IntN(40) {
			p := stagesPath(rng)
			paths = append(paths, p)
			require.NoError(t, whole.Add(&p))
			require.NoError(t, shards[rng.IntN(3)].Add(&p))
		}
		r := stagesReport(t, whole)
		require.EqualValues(t, len(paths), r.Paths())
		last := r.Unstaged()
		k := 0
		for row := range r.Stages() {
			want := newStagesOracle(k, paths, o.AsOf)
			require.Equal(t, stagesOracle{
				row.Reached, row.Online, row.Offline, row.Skipped, row.Furthest, row.FellFrom, row.FellTo,
				row.LastOpen, row.LastConverted, row.LastLost, want.stays, want.open,
			}, want, row.Stage)
			countsSameTimes(t, want.stays, row.Stays)
			countsSameTimes(t, want.open, row.Open)
			assert.Equal(t, row.Reached, row.Online+row.Offline+row.UnknownSetting)
			last += row.LastOpen + row.LastConverted + row.LastLost
			k++
		}
		require.Equal(t, r.Paths(), last)

		want := countsBytes(t, whole)
		require.NoError(t, shards[1].Merge(shards[2]))
		require.NoError(t, shards[0].Merge(shards[1]))
		require.Equal(t, want, countsBytes(t, shards[0]))
		back := whole.New()
		require.NoError(t, back.UnmarshalBinary(want))
		require.Equal(t, want, countsBytes(t, back))
		before, err := json.Marshal(r)
		require.NoError(t, err)
		require.NoError(t, whole.Merge(whole))
		require.NoError(t, back.Merge(shards[0]))
		require.Equal(t, countsBytes(t, whole), countsBytes(t, back))
		p := stagesPath(rng)
		require.NoError(t, back.Add(&p), "goes on")
		require.NoError(t, whole.Add(&p))
		require.Equal(t, countsBytes(t, whole), countsBytes(t, back))
		after, err := json.Marshal(r)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "the report stays")
	}
}
