package markov

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSortTopologically(t *testing.T) {
	// What each row depends on. Rows 2 and 3 are a cycle, so are 5 and 6; 4 is
	// between them, 7 comes after.
	depends := [][]int32{{}, {0}, {1, 3}, {2}, {3, 0}, {6, 4}, {5}, {6, 1}}
	var ptr []int
	var idx []int32
	for _, d := range depends {
		ptr = append(ptr, len(idx))
		idx = append(idx, d...)
	}
	got := sortTopologically(append(ptr, len(idx)), idx)
	assert.Equal(t, []int32{0, 1}, got.first)
	assert.Equal(t, []int32{2, 3, 4, 5, 6}, got.cyclic)
	assert.Equal(t, []int32{7}, got.last)
}

// The parts cover all rows, and the first and last are in order, on random graphs.
func TestSortTopologicallyRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 1))
	for range 500 {
		n := 1 + r.IntN(12)
		ptr, idx := []int{0}, []int32(nil)
		for range n {
			for range r.IntN(3) {
				idx = append(idx, int32(r.IntN(n)))
			}
			ptr = append(ptr, len(idx))
		}
		// reaches by repeated squaring of the relation.
		reaches := make([][]bool, n)
		for j := range reaches {
			reaches[j] = make([]bool, n)
			for _, i := range idx[ptr[j]:ptr[j+1]] {
				reaches[j][i] = int(i) != j // a row is no cycle by itself
			}
		}
		for range n {
			for j := range n {
				for k := range n {
					for i := range n {
						reaches[j][i] = reaches[j][i] || reaches[j][k] && reaches[k][i]
					}
				}
			}
		}
		got := sortTopologically(ptr, idx)
		order := slices.Concat(got.first, got.cyclic, got.last)
		place := make([]int, n)
		for at, j := range order {
			place[j] = at
		}
		require.Len(t, order, n)
		inCycle := func(j int) bool { return reaches[j][j] }
		for j := range n {
			after, before := inCycle(j), inCycle(j)
			for i := range n {
				after = after || reaches[j][i] && inCycle(i)
				before = before || reaches[i][j] && inCycle(i)
				if reaches[j][i] && !reaches[i][j] {
					require.Less(t, place[i], place[j])
				}
			}
			require.Equal(t, !after, slices.Contains(got.first, int32(j)))
			require.Equal(t, after && before, slices.Contains(got.cyclic, int32(j)))
		}
	}
}

// Sums of products have an error as if computed in twice the precision.
func TestTwofold(t *testing.T) {
	r := rand.New(rand.NewPCG(62, 1))
	for range 200 {
		var s twofold
		want, size := new(big.Rat), new(big.Rat)
		for range 50 {
			a, b := math.Ldexp(r.Float64()-.5, r.IntN(60)), math.Ldexp(r.Float64()-.5, r.IntN(60))
			s.add(a, b)
			p := new(big.Rat).Mul(new(big.Rat).SetFloat64(a), new(big.Rat).SetFloat64(b))
			want.Add(want, p)
			size.Add(size, p.Abs(p))
		}
		got := new(big.Rat).Add(new(big.Rat).SetFloat64(s.high), new(big.Rat).SetFloat64(s.low))
		got.Sub(got, want)
		off, _ := got.Abs(got).Float64()
		whole, _ := size.Float64()
		require.LessOrEqual(t, off, 50*50*0x1p-104*whole)
	}
}
