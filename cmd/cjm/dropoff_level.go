package main

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// inside is a level of confidence. The zero value is [dropoff.DefaultLevel].
type inside float64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *inside) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(x > 0 && x < 1) {
		return errors.New("want a number above 0 and below 1, such as 0.95")
	}
	*l = inside(x)
	return nil
}

func (l inside) orDefault() float64 { return cmp.Or(float64(l), dropoff.DefaultLevel) }
