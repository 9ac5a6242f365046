package dropoff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLikeMixpanel has cases of the documentation and of the grace of 2 seconds.
func TestLikeMixpanel(t *testing.T) {
	for _, tt := range []struct {
		name         string
		trace, steps string
		unit         time.Duration
		window       int
		first, again []float64 // times of the hits, by default and with re-entry
	}{
		{
			"the window begins at the first touch of step 1",
			"A0 A30 B45 C75", "ABC", time.Minute, 60,
			[]float64{0, 45},
			[]float64{30, 45, 75},
		},
		{"scenario 1", "A0 A11 B12", "AB", time.Minute, 10, []float64{0}, []float64{11, 12}},
		{"scenario 2", "A0 A8 B12", "AB", time.Minute, 10, []float64{0}, []float64{8, 12}},
		{"the first conversion", "A1 B2 A3 B4", "AB", time.Minute, 10, []float64{1, 2}, []float64{1, 2}},
		{"the most recent entry", "A1 A2 A3 B4", "AB", time.Minute, 10, []float64{1, 4}, []float64{3, 4}},
		{"first instance of later steps", "A1 B2 B3 C4 C5", "ABC", time.Minute, 10, []float64{1, 2, 4}, []float64{1, 2, 4}},
		{"a re-entry does not end the attempt under way", "A1 B2 A3 C4", "ABC", time.Minute, 10, []float64{1, 2, 4}, []float64{1, 2, 4}},
		{"D is early", "A1 B2 D3 C4 D5", "ABCD", time.Minute, 10, []float64{1, 2, 4, 5}, []float64{1, 2, 4, 5}},
		{"the attempt that came there first", "A1 A9 A30", "AB", time.Minute, 10, []float64{1}, []float64{1}},

		{"2 seconds are interchangeable", "B0 A2", "AB", time.Second, 60, []float64{2, 0}, []float64{2, 0}},
		{"3 are not", "B0 A3", "AB", time.Second, 60, []float64{3}, []float64{3}},
		{"a pair at a time", "C0 B2 A4", "ABC", time.Second, 60, []float64{4, 2, 0}, []float64{4, 2, 0}},
		{"but not beyond it", "C0 B3 A4", "ABC", time.Second, 60, []float64{4, 3}, []float64{4, 3}},
		{"the first instance may be the earlier", "B9 A10 B15", "AB", time.Second, 60, []float64{10, 9}, []float64{10, 9}},
		{"the window begins at the entry", "B1 A2 C12 D13", "ABCD", time.Second, 10, []float64{2, 1, 12}, []float64{2, 1, 12}},
		{"not one touch twice", "AB1", "AB", time.Second, 60, []float64{1}, []float64{1}},
		{"not one touch twice, by another entry", "AB1 A2", "AB", time.Second, 60, []float64{1}, []float64{2, 1}},
		{"a touch used is passed over", "AB1 B3", "AB", time.Second, 60, []float64{1, 3}, []float64{1, 3}},
		{"a later entry may be there first", "AB1 A2 C2 B10 C11", "ABC", time.Second, 60, []float64{1, 10, 11}, []float64{2, 1, 2}},

		{"an exclusion", "A0 X3 B6", "AB", time.Second, 60, []float64{0}, []float64{0}},
		{"near the step before", "A0 X2 B6", "AB", time.Second, 60, []float64{0, 6}, []float64{0, 6}},
		{"near the step after", "A0 X4 B6", "AB", time.Second, 60, []float64{0, 6}, []float64{0, 6}},
		{"of several", "A0 X2 X3 B6", "AB", time.Second, 60, []float64{0}, []float64{0}},
		{"and a new entry", "A0 X3 B6 A7 B8", "AB", time.Second, 60, []float64{0}, []float64{7, 6}},
		{"before the entry", "X0 A3 B6", "AB", time.Second, 60, []float64{3, 6}, []float64{3, 6}},
		// The example of the documentation, where step 1 itself is excluded.
		{"step 1", "AX1 AX2 AX3 B4", "AB", time.Minute, 60, []float64{1}, []float64{3, 4}},
		{"nobody", "X1 B2", "AB", time.Minute, 60, []float64{}, []float64{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := likeScan(t, tt.trace, tt.steps, "X", tt.unit)
			f := likeFunnel(len(tt.steps), time.Duration(tt.window)*tt.unit, Exclusion{})
			assert.Equal(t, tt.first, likeTimes(s, likeReplay(LikeMixpanel, f, s), tt.unit))
			assert.Equal(t, tt.again, likeTimes(s, likeReplay(LikeMixpanelReentry, f, s), tt.unit))
		})
	}
}

// TestLikeMixpanelBrute compares with brute force where the grace has no effect:
// with re-entry it is exact, without it is what begins at the first entry.
func TestLikeMixpanelBrute(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 0))
	less := 0
	for range 8000 {
		o := likeShape{touches: 9, steps: 1 + random.IntN(4), gap: 4, several: random.IntN(2) == 0}
		s := likeRandom(random, o)
		w := time.Duration(1+random.IntN(12)) * time.Hour
		f := likeFunnel(o.steps, w)
		again := likeReplay(LikeMixpanelReentry, f, s)
		require.Equal(t, likeBrute(s, o.steps, likeInOrder(s, w)), again.depth, "%v", s)

		entry := 0
		for entry < len(s.at) && s.steps[entry]&1 == 0 {
			entry++
		}
		inOrder := likeInOrder(s, w)
		first := likeReplay(LikeMixpanel, f, s)
		require.Equal(t, likeBrute(s, o.steps, func(chain []int, i int) bool {
			return chain[0] == entry && inOrder(chain, i)
		}), first.depth, "%v", s)
		if first.depth < again.depth {
			less++
		}
	}
	assert.Positive(t, less)
}

// TestLikeMixpanelLong has a path on which looking again at each touch for each
// entry would take too long.
func TestLikeMixpanelLong(t *testing.T) {
	s := &scan{}
	for i := range 200_000 {
		s.at, s.steps, s.out = append(s.at, time.Duration(i)*time.Minute), append(s.steps, 1), append(s.out, 0)
	}
	f := likeFunnel(3, 0, Exclusion{})
	r := likeReplay(LikeMixpanelReentry, f, s)
	assert.Equal(t, 1, r.depth)
	s.steps[len(s.at)-1] = 2
	r = likeReplay(LikeMixpanelReentry, f, s)
	assert.Equal(t, []int{199_998, 199_999}, r.hits)
}
