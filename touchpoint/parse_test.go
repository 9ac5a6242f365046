package touchpoint

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]float64{
		"": 0, "0": 0, "-0": 0, "12": 12, "12.5": 12.5, ".5": 0.5, "5.": 5, "+3": 3, "1e3": 1000, "1E-3": 0.001,
		"1.7976931348623157e308": math.MaxFloat64, "5e-324": 5e-324, "1e-400": 0,
	} {
		got, err := parseAmount([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		assert.False(t, math.Signbit(got), text)
	}
	for text, want := range map[string]error{
		"-1": errNegative, "-1e-300": errNegative,
		"1e309": errNumberTooBig, "-1e309": errNumberTooBig,
		"NaN": errNotNumber, "inf": errNotNumber, "Infinity": errNotNumber, "0x10": errNotNumber, "1_000": errNotNumber,
		"1,5": errNotNumber, "€5": errNotNumber, "1 000": errNotNumber, "--1": errNotNumber, "e5": errNotNumber, ".": errNotNumber, "-": errNotNumber,
	} {
		_, err := parseAmount([]byte(text))
		assert.Equal(t, want, err, text)
	}
}

func TestParseNumberIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		x := math.Float64frombits(rng.Uint64())
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		got, err := parseNumber(strconv.AppendFloat(nil, x, 'g', -1, 64))
		require.NoError(t, err)
		require.Equal(t, x, got)
	}
}

func TestParseSeq(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "7": 7, "-7": -7, "007": 7, "9223372036854775807": math.MaxInt64} {
		got, err := parseSeq([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for text, want := range map[string]error{
		"1.0": errNotWhole, "1e3": errNotWhole, "x": errNotWhole, "1_0": errNotWhole, "9223372036854775808": errNumberTooBig,
	} {
		_, err := parseSeq([]byte(text))
		assert.Equal(t, want, err, text)
	}
}

func TestParseConversion(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "0": false, "00": false, "false": false, "FALSE": false, "no": false, "No": false,
		"1": true, "true": true, "True": true, "yes": true, "YES": true, "2": true, "10": true, "99999999999999999999": true,
	} {
		got, err := parseConversion([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"-1", "1.0", "0.5", "y", "t", "null", "+1", "NaN", "truе"} { // the last with a Cyrillic letter
		_, err := parseConversion([]byte(text))
		assert.Equal(t, errNotConversion, err, text)
	}
}

func TestParseCurrency(t *testing.T) {
	code, ok := parseCurrency([]byte("eUr"))
	assert.True(t, ok)
	assert.Equal(t, "EUR", string(code[:]))
	for _, text := range []string{"", "EU", "EURO", "€", "E1R", "EU\x00"} {
		_, ok := parseCurrency([]byte(text))
		assert.False(t, ok, text)
	}
}

func TestInterner(t *testing.T) {
	var in interner
	assert.Empty(t, in.text(nil))
	b := []byte("email")
	s := in.text(b)
	b[0] = 'X'
	assert.Equal(t, "email", s)
	assert.Zero(t, testing.AllocsPerRun(100, func() { in.text([]byte("email")) }))

	for i := range 2 * maxInterned {
		name := strconv.Itoa(i)
		require.Equal(t, name, in.text([]byte(name)))
	}
	assert.Len(t, in.texts, maxInterned, "bounded")
	var long interner
	long.text(make([]byte, maxInternedLen+1))
	assert.Empty(t, long.texts)
}
