package main

import "errors"

// comma is what stands between the fields of a row. The zero value is ','.
type comma byte

var errComma = errors.New(`want one ASCII character such as ";", or tab`)

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *comma) UnmarshalText(text []byte) error {
	if string(text) == "tab" {
		*c = '\t'
		return nil
	}
	if len(text) != 1 {
		return errComma
	}
	switch b := text[0]; {
	case b == '"', b == '\n', b == '\r', b == 0, b >= 0x80:
		return errComma
	default:
		*c = comma(b)
	}
	return nil
}

// orComma returns the character, or ',' if none is given.
func (c comma) orComma() rune {
	if c == 0 {
		return ','
	}
	return rune(c)
}
