package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTell(t *testing.T) {
	tests := []struct {
		name, columns, head string
		want                kind
		usage               bool // a usage error
	}{
		{name: "path table", head: "path,conversions\n", want: pathTable},
		{name: "aliases", head: "PATH, total_conversions ,total_null\n", want: pathTable},
		{name: "one journey a row", head: "path,conversion\n", want: pathTable},
		{name: "byte order mark", head: "\ufeffpath,conversions\r\n", want: pathTable},
		{name: "quoted", head: "\"path\",\"conversions\"\n", want: pathTable},
		{name: "blank lines first", head: "\n\npath,conversions\n", want: pathTable},
		{name: "no line end", head: "path,conversions", want: pathTable},
		{name: "events", head: "customer,time,channel\n", want: events},
		{name: "events by kind", head: "user_id,timestamp,event\n", want: events},
		{name: "json", head: `{"customer":"1"}`, want: events},
		{name: "named", columns: "conversions=buys", head: "path,buys\n", want: pathTable},
		{name: "named events", columns: "value=eur", head: "customer,time,channel,eur\n", want: events},
		{name: "both", head: "customer,time,channel,path,conversion\n", usage: true},
		{name: "neither", head: "a,b\n"},
		{name: "path without conversions", head: "path,nulls\n"},
		{name: "empty", head: ""},
		{name: "blank", head: "\n \n"},
		{name: "not text", head: "\x00\xff\"\n"},
		{name: "named, not there", columns: "value=eur", head: "path,conversions\n"},
		{name: "many columns", head: strings.Repeat("column,", 100) + "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &source{name: "in.csv", stdin: strings.NewReader(test.head)}
			got, err := parseColumns(test.columns).tell(s, "", 0)
			assert.Equal(t, test.want, got)
			if test.want != unknownKind {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "in.csv")
			assert.Equal(t, test.usage, isUsage(err))
			assert.Less(t, len(err.Error()), 1000)
			assert.Equal(t, test.head, readAll(t, s), "nothing is lost by looking")
		})
	}
}

func isUsage(err error) bool {
	_, ok := err.(usageError)
	return ok
}

func TestColumnsKind(t *testing.T) {
	for text, want := range map[string]kind{
		"":                          unknownKind,
		"value=eur":                 unknownKind, // both have a value
		"conversion=won":            unknownKind,
		"path=p":                    pathTable,
		"nulls=lost":                pathTable,
		"customer=cid":              events,
		"time=ts,channel=c,value=v": events,
		`channel=a\,b`:              events,
	} {
		got, err := parseColumns(text).kind()
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"colour=x", "path=p,customer=c", "customer", "=x"} {
		_, err := parseColumns(text).kind()
		assert.True(t, isUsage(err), text)
	}
}

// TestTellShowsNoData: without a header, the first row is somebody's.
func TestTellShowsNoData(t *testing.T) {
	for _, head := range []string{"bob@x.com,web\n", "a,2026-01-01,web\n", "17\n", "17;b\n"} {
		s := &source{name: "in.csv", stdin: strings.NewReader(head)}
		_, err := parseColumns("").tell(s, " > ", 0)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "looks like data")
		assert.NotContains(t, err.Error(), "bob")
		assert.NotContains(t, err.Error(), "17")
	}
}
