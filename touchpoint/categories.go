package touchpoint

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Category is what kind of site a source of traffic is.
type Category string

// The categories that the default channel group of Google Analytics 4 tells apart.
// An empty category means that the source is of none of them.
const (
	SearchSite   Category = "search"
	SocialSite   Category = "social"
	ShoppingSite Category = "shopping"
	VideoSite    Category = "video"
)

// Categories says what kind of site a source is. Keys are in lower case: a name as
// tagged, such as "google", or a host, such as "youtube.com", which stands for its
// subdomains too. A key with a dot at its end, such as "google.", stands for the name
// under any ending: google.com, www.google.co.uk.
type Categories map[string]Category

//go:embed categories.csv
var wellKnownCSV []byte

// wellKnown reads the list of the program itself, which a test checks.
var wellKnown = sync.OnceValue(func() Categories {
	c, err := ReadCategories(bytes.NewReader(wellKnownCSV))
	if err != nil {
		panic(err)
	}
	return c
})

// WellKnownSources returns a small list of well-known search engines, social
// networks, shops and video sites, put together by hand for this package from
// their public hosts. It is not the list of Google, which is longer; load that with
// [ReadCategories] where the two must agree.
func WellKnownSources() Categories { return maps.Clone(wellKnown()) }

// Of returns the category of a source: a name or a host, with or without a port.
// The most particular key decides; it is empty if there is none.
func (c Categories) Of(source string) Category {
	if category, ok := c[source]; ok {
		return category
	}
	source = strings.ToLower(strings.TrimSpace(source))
	if host, _, err := net.SplitHostPort(source); err == nil {
		source = host
	}
	for host := source; host != ""; {
		if category, ok := c[host]; ok {
			return category
		}
		_, rest, dotted := strings.Cut(host, ".")
		if !dotted {
			break
		}
		if category, ok := c[host[:len(host)-len(rest)]]; ok && isEnding(rest) {
			return category
		}
		host = rest
	}
	return ""
}

// isEnding reports whether a text is what stands behind the name of a site: a top
// level domain, or a country with a general one before it (co.uk, com.br).
func isEnding(s string) bool {
	first, second, two := strings.Cut(s, ".")
	if !two {
		return first != ""
	}
	return len(second) == 2 && slices.Contains([]string{"co", "com", "net", "org", "ne", "or"}, first)
}

// ErrCategories means that a list of categories cannot be read.
var ErrCategories = errors.New("touchpoint: categories")

// ReadCategories reads a list of sources: CSV rows of a source and its category.
// The first row is a header and is skipped if it is source,category. A BOM and
// blank lines do no harm. The error says the line: a row without two cells, an
// empty source, a source that occurs with two categories, a category that is none
// of the four, text that is not valid UTF-8.
func ReadCategories(r io.Reader) (Categories, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCategories, err)
	}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	rows.FieldsPerRecord = -1
	rows.Comment = '#'
	c := make(Categories)
	for first := true; ; first = false {
		row, err := rows.Read()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCategories, err)
		}
		line, _ := rows.FieldPos(0)
		bad := func(reason string) error { return fmt.Errorf("%w: line %d: %s", ErrCategories, line, reason) }
		if len(row) != 2 {
			return nil, bad("want source,category")
		}
		source := strings.ToLower(strings.TrimSpace(row[0]))
		category := Category(strings.ToLower(strings.TrimSpace(row[1])))
		if first && source == "source" && category == "category" {
			continue
		}
		before, twice := c[source]
		switch {
		case source == "":
			return nil, bad("no source")
		case !utf8.ValidString(row[0]):
			return nil, bad(ErrEncoding.Error())
		case category != SearchSite && category != SocialSite && category != ShoppingSite && category != VideoSite:
			return nil, bad("the category is none of search, social, shopping, video")
		case twice && before != category:
			return nil, bad("the source occurs with two categories")
		}
		c[source] = category
	}
}
