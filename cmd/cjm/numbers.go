package main

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// grouped writes a count with a comma between the thousands.
func grouped(n int64) string { return groupDigits(strconv.FormatInt(n, 10)) }

// amount writes x with the decimals and a comma between the thousands. What is
// too large for digits to be read is written with an exponent.
func amount(x float64, decimals int) string {
	if math.Abs(x) >= 1e15 {
		return strconv.FormatFloat(x, 'e', 4, 64)
	}
	return groupDigits(strconv.FormatFloat(x, 'f', decimals, 64))
}

// percent writes a part in [0, 1] as per cent.
func percent(part float64) string {
	return strconv.FormatFloat(100*part, 'f', 1, 64) + " %"
}

// decimals is how many decimals the parts of a total deserve: at most the given
// number, fewer where the total is large.
func decimals(total float64, most int) int {
	for limit := 1e5; most > 0 && total >= limit; limit *= 10 {
		most--
	}
	return most
}

func groupDigits(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}

// printable returns the text as it is if it does nothing to a terminal but show,
// and quoted if it holds anything else, such as a line end.
func printable(s string) string {
	if !utf8.ValidString(s) {
		return strconv.Quote(s)
	}
	for _, r := range s {
		const joiner = '\u200d' // within emoji
		if !unicode.IsGraphic(r) && r != joiner {
			return strconv.Quote(s)
		}
	}
	return s
}

// number writes x in the shortest form that reads back as x, with an exponent only
// where it is very large or very small.
func number(x float64) string { return string(appendNumber(nil, x)) }

func appendNumber(dst []byte, x float64) []byte {
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

// counted writes a count of things.
func counted(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + more
}
