package dropoff

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

func stagesFuzzed(t testing.TB) *StageCounts {
	c, err := NewStageCounts(stagesModel(), StageOptions{})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(4, 9))
	for range 5 {
		p := stagesPath(rng)
		require.NoError(t, c.Add(&p))
	}
	return c
}

func TestStagesCodecCorrupt(t *testing.T) {
	c := stagesFuzzed(t)
	data := countsBytes(t, c)
	back := c.New()
	for i := range data {
		require.Error(t, back.UnmarshalBinary(data[:i]))
	}
	require.Equal(t, countsBytes(t, c.New()), countsBytes(t, back), "unchanged on error")
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 1
		if back.UnmarshalBinary(bad) == nil {
			require.Equal(t, bad, countsBytes(t, back))
			_, err := json.Marshal(stagesReport(t, back))
			require.NoError(t, err)
		}
	}
}

func TestStagesMismatch(t *testing.T) {
	c := stagesFuzzed(t)
	m := stagesModel()
	m.Steps[0].Stage = "another"
	other, err := NewStageCounts(m, StageOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, c.Merge(other), ErrMismatch)
	require.ErrorIs(t, other.UnmarshalBinary(countsBytes(t, c)), ErrMismatch)
	later, err := NewStageCounts(stagesModel(), StageOptions{AsOf: journeytest.Start()})
	require.NoError(t, err)
	require.ErrorIs(t, c.Merge(later), ErrMismatch)
	m = stagesModel()
	m.Name = "renamed"
	m.Steps[0].Labels = map[string]string{"en": "Aware"}
	renamed, err := NewStageCounts(m, StageOptions{})
	require.NoError(t, err)
	require.NoError(t, c.Merge(renamed), "names and labels do not matter")
}

func TestStagesOverflow(t *testing.T) {
	c, full := stagesFuzzed(t), stagesFuzzed(t)
	before := countsBytes(t, c)
	p := journeytest.Path("e/aware")
	full.paths = maxAttempts
	require.ErrorIs(t, full.Add(&p), journey.ErrOverflow)
	require.ErrorIs(t, c.Merge(full), journey.ErrOverflow)
	full = stagesFuzzed(t)
	full.in = maxAttempts - full.touches() + full.in
	require.ErrorIs(t, full.Add(&p), journey.ErrOverflow)
	require.ErrorIs(t, c.Merge(full), journey.ErrOverflow)
	assert.Equal(t, before, countsBytes(t, c))
}

func TestStagesJSON(t *testing.T) {
	r := stagesReport(t, stagesOf(t, StageOptions{}, "@e/aware > e/typo > e/buy > e/aware > lost", "e"))
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var v struct {
		Version       int
		Level         float64
		Paths         int
		Unstaged      int
		InOtherStages int `json:"in_other_stages"`
		Stages        []struct {
			Stage, Phase string
			Offline      int
			Stays        struct {
				P50 float64 `json:"p50_seconds"`
			}
		}
		Moves []struct {
			From, To string
			Back     bool
			Count    int
		}
		Funnel   struct{ Version int }
		Customer *struct{ Attempts int }
		Warnings []string
	}
	require.NoError(t, json.Unmarshal(data, &v))
	assert.Equal(t, []int{1, 2, 1, 1}, []int{v.Version, v.Paths, v.Unstaged, v.InOtherStages})
	assert.Equal(t, .95, v.Level)
	assert.Equal(t, "pre-purchase", v.Stages[0].Phase)
	assert.Equal(t, 1, v.Stages[0].Offline)
	assert.Equal(t, (1 * time.Hour).Seconds(), v.Stages[2].Stays.P50)
	require.Len(t, v.Moves, 2)
	assert.True(t, v.Moves[1].Back)
	assert.Equal(t, 1, v.Funnel.Version)
	assert.Equal(t, 0, v.Customer.Attempts)
	assert.Len(t, v.Warnings, 5)
}

func FuzzStageCountsUnmarshalBinary(f *testing.F) {
	c := stagesFuzzed(f)
	data, err := c.MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		back := c.New()
		if back.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, countsBytes(t, back))
		if r, err := back.Report(); err == nil {
			_, err = r.MarshalJSON()
			require.NoError(t, err)
		}
		if err := back.Merge(c); err != nil {
			require.ErrorIs(t, err, journey.ErrOverflow)
		}
	})
}
