package main

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumber(t *testing.T) {
	tests := []struct {
		x    float64
		want string
	}{
		{0, "0"},
		{1, "1"},
		{0.1, "0.1"},
		{1.0 / 3, "0.3333333333333333"},
		{19785, "19785"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{1e-6, "0.000001"},
		{1.5e-7, "1.5e-07"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{math.SmallestNonzeroFloat64, "5e-324"},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, number(test.x))
	}
}

func TestNumberReadsBack(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		x := math.Float64frombits(dice.Uint64() >> 1) // not negative
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		back, err := strconv.ParseFloat(number(x), 64)
		require.NoError(t, err)
		require.Equal(t, x, back)
	}
}

func TestGroupedAndAmount(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123",
		math.MaxInt64: "9,223,372,036,854,775,807",
	} {
		assert.Equal(t, want, grouped(n))
	}
	assert.Equal(t, "1,234.6", amount(1234.56, 1))
	assert.Equal(t, "1,235", amount(1234.56, 0))
	assert.Equal(t, "0.00", amount(0, 2))
	assert.Equal(t, "1.0000e+300", amount(1e300, 2))
	assert.Equal(t, "31.9 %", percent(0.3188))
}

func TestDecimals(t *testing.T) {
	assert.Equal(t, 2, decimals(99_999, 2))
	assert.Equal(t, 1, decimals(100_000, 2))
	assert.Equal(t, 0, decimals(1_000_000, 2))
	assert.Equal(t, 0, decimals(1e300, 2))
	assert.Equal(t, 0, decimals(1, 0))
}

func TestPrintable(t *testing.T) {
	for _, same := range []string{"", "email", "соцсети", "店舗", "👩‍👩‍👧", "a\u00a0b", `say "hi"`} {
		assert.Equal(t, same, printable(same))
	}
	for _, s := range []string{"a\nb", "\x1b[31mred", "a\tb", "\u202eabc", "\xff"} {
		got := printable(s)
		assert.True(t, strings.HasPrefix(got, `"`) && !strings.Contains(got, s), "%q", got)
	}
}
