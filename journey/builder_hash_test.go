package journey

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHashCustomer(t *testing.T) {
	// The hash is written to shards, so it must not change. The middle of it is
	// checked against the standard library's FNV-1a.
	for _, name := range []string{"", "a", "ann", "дар", "customer-000001"} {
		f := fnv.New64a()
		f.Write([]byte(name))
		h := f.Sum64()
		h = (h ^ h>>33) * 0xff51afd7ed558ccd
		h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
		require.Equal(t, h^h>>33, hashCustomer(name), "%q", name)
	}

	seen := make(map[uint64]bool)
	var ones [64]int
	const n = 100_000
	for i := range n {
		h := hashCustomer(fmt.Sprint(i))
		require.NotZero(t, h)
		seen[h] = true
		for b := range ones {
			ones[b] += int(h >> b & 1)
		}
	}
	require.Len(t, seen, n)
	for b, count := range ones {
		// 6 standard deviations of a fair coin.
		require.InDelta(t, n/2, count, 6*158.2, "bit %d", b)
	}
	require.NotZero(t, bits.OnesCount64(hashCustomer("a")>>32))
}

func TestCustomerWindow(t *testing.T) {
	var w customerWindow
	for h := range uint64(recentCustomers + 10) {
		require.False(t, w.has(h+1))
		w.add(h + 1)
	}
	require.Len(t, w.held, recentCustomers)
	require.False(t, w.has(10), "the oldest are forgotten")
	require.True(t, w.has(11))
	require.True(t, w.has(recentCustomers+10))
}
