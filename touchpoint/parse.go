package touchpoint

import (
	"errors"
	"fmt"
	"strconv"
)

// What can be wrong with one field. None of the messages holds its text.
var (
	errEmpty         = fmt.Errorf("%w: empty", ErrMissing)
	errNotNumber     = fmt.Errorf("%w: not a number", ErrFormat)
	errNotWhole      = fmt.Errorf("%w: not a whole number", ErrFormat)
	errNumberTooBig  = fmt.Errorf("%w: number too large", ErrRange)
	errNegative      = fmt.Errorf("%w: negative", ErrRange)
	errNotFinite     = fmt.Errorf("%w: not a finite number", ErrRange)
	errNotConversion = fmt.Errorf("%w: want 1, 0, true, false, yes, no or a count", ErrFormat)
	errNotSetting    = fmt.Errorf("%w: want online or offline", ErrFormat)
	errNotCurrency   = fmt.Errorf("%w: want an ISO 4217 code of three letters", ErrFormat)
	errNotTime       = fmt.Errorf("%w: not a time of an accepted layout", ErrFormat)
	errYear          = fmt.Errorf("%w: want a year from 1 to 9999", ErrRange)
	errEmotionRange  = fmt.Errorf("%w: want -1 to 1", ErrRange)
	errNotID         = fmt.Errorf("%w: not a UUID", ErrFormat)
)

// parseNumber reads a decimal number as JSON or a spreadsheet writes it:
// digits with a point and an exponent, no hexadecimal, no "inf" or "nan".
func parseNumber(text []byte) (float64, error) {
	for _, c := range text {
		if !('0' <= c && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E') {
			return 0, errNotNumber
		}
	}
	x, err := strconv.ParseFloat(string(text), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errNumberTooBig
	case err != nil:
		return 0, errNotNumber
	}
	return x + 0, nil // -0 becomes 0
}

// parseAmount reads a number that is not negative; the empty text is 0.
func parseAmount(text []byte) (float64, error) {
	if len(text) == 0 {
		return 0, nil
	}
	x, err := parseNumber(text)
	if err != nil {
		return 0, err
	}
	if x < 0 {
		return 0, errNegative
	}
	return x, nil
}

// parseSeq reads a whole number; the empty text is 0.
func parseSeq(text []byte) (int64, error) {
	if len(text) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errNumberTooBig
	case err != nil:
		return 0, errNotWhole
	}
	return n, nil
}

// parseConversion reads whether a touch converted: a word, or a count of
// conversions of which only the sign matters. The empty text is no.
func parseConversion(text []byte) (bool, error) {
	if len(text) == 0 || equalFold(text, "false") || equalFold(text, "no") {
		return false, nil
	}
	if equalFold(text, "true") || equalFold(text, "yes") {
		return true, nil
	}
	converted := false
	for _, c := range text {
		if c < '0' || c > '9' {
			return false, errNotConversion
		}
		converted = converted || c != '0'
	}
	return converted, nil
}

// parseCurrency returns the code in upper case; the empty text is none.
func parseCurrency(text []byte) ([3]byte, bool) {
	var code [3]byte
	if len(text) != len(code) {
		return code, false
	}
	for i, c := range text {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			return code, false
		}
		code[i] = c
	}
	return code, true
}
