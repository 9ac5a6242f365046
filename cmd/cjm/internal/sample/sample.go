// Package sample holds the events of an invented shop, on which the command shows
// what it does: half a year of touches over online and offline channels, with
// orders, returning customers and journeys that are still open at the end.
//
// [Write] makes the events; the copy that is embedded was made by it.
package sample

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
)

//go:generate go test -run TestEmbedded -update

//go:embed sample.csv.gz
var compressed []byte

// Name is the name of the sample in messages.
const Name = "sample.csv"

// Currency is the currency of all values in the sample.
const Currency = "EUR"

// Open returns the events as CSV.
func Open() (io.ReadCloser, error) { return gzip.NewReader(bytes.NewReader(compressed)) }
