package journey_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// leanRow is a counted path by name, as tests compare it.
type leanRow struct {
	Path                      string // names joined by "|"
	Conversions, Nulls, Opens int64
	Value                     float64
}

func leanRowOf(p *journey.Counted) leanRow {
	var names []string
	for _, c := range p.Channels {
		names = append(names, string(p.Dictionary.Name(c)))
	}
	return leanRow{strings.Join(names, "|"), p.Conversions, p.Nulls, p.Opens, p.Value}
}

// readTable returns the good rows and the errors.
func readTable(t journey.PathTable, r io.Reader) (rows []leanRow, errs []error) {
	for p, err := range t.Paths(context.Background(), r, nil) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows = append(rows, leanRowOf(p))
	}
	return rows, errs
}

func TestPathTableReads(t *testing.T) {
	usual := []leanRow{{"a|b", 2, 3, 0, 1.5}, {"c", 0, 1, 0, 0}}
	for _, tc := range []struct {
		name  string
		table journey.PathTable
		in    string
		want  []leanRow
	}{
		{"usual names", journey.PathTable{}, "path,conversions,value,nulls\na > b,2,1.5,3\nc,0,0,1\n", usual},
		{"names of ChannelAttribution", journey.PathTable{}, "path,total_conversions,total_conversion_value,total_null\na>b,2,1.5,3\nc,0,,1\n", usual},
		{"any order and case, more columns", journey.PathTable{}, "Nulls,extra,REVENUE, Path ,Conv\n3,x,1.5,a > b,2\n1,,0,c,0\n", usual},
		{"in quotes", journey.PathTable{}, "\"path\",\"conversions\",\"value\",\"nulls\"\n\"a > b\",2,\"1.5\",3\n\"c\",0,0,1", usual},
		{"mark and CRLF", journey.PathTable{}, "\xef\xbb\xbfpath,conversions,value,nulls\r\na > b,2,1.5,3\r\nc,0,0,1\r\n", usual},
		{"named columns", journey.PathTable{Columns: journey.PathColumns{Path: "journey", Nulls: "lost"}}, "journey,conversions,value,lost,nulls\na > b,2,1.5,3,9\nc,0,0,1,9\n", usual},
		{"semicolons", journey.PathTable{Comma: ';'}, "path;conversions;value;nulls\na > b;2;1.5;3\nc;0;0;1\n", usual},
		{"whole numbers written as floats", journey.PathTable{}, "path,conversions,value,nulls\na>b,2.0,15e-1,3e0\nc,0.0,-0,1\n", usual},
		{"empty fields are zero", journey.PathTable{}, "path,conversions,value,nulls\na,,,2\n", []leanRow{{"a", 0, 2, 0, 0}}},
		{"no nulls, no value", journey.PathTable{}, "path,conversions\na,2\n", []leanRow{{"a", 2, 0, 0, 0}}},
		{"opens", journey.PathTable{}, "path,conversions,nulls,opens\na,2,1,4\n", []leanRow{{"a", 2, 1, 4, 0}}},
		{
			"one journey a row",
			journey.PathTable{},
			"path,conversion,value\na,1,5\nb,0,0\nc,true,\nd,False,\n",
			[]leanRow{{"a", 1, 0, 0, 5}, {"b", 0, 1, 0, 0}, {"c", 1, 0, 0, 0}, {"d", 0, 1, 0, 0}},
		},
		{"header only", journey.PathTable{}, "path,conversions\n", nil},
		{"empty path", journey.PathTable{}, "path,conversions\n,3\n  ,1\n", []leanRow{{"", 3, 0, 0, 0}, {"", 1, 0, 0, 0}}},
		{"Unicode space around names", journey.PathTable{}, "path,conversions\n\u00a0a\u2003 >\tb ,1\n", []leanRow{{"a|b", 1, 0, 0, 0}}},
		{
			"names that mean something elsewhere",
			journey.PathTable{},
			"path,conversions\n(start) > (conversion) > (null) > null > 😀,1\n",
			[]leanRow{{"(start)|(conversion)|(null)|null|😀", 1, 0, 0, 0}},
		},
		{"comma and quote in a name", journey.PathTable{}, "path,conversions\n\"a,b > \"\"c\"\"\",1\n", []leanRow{{`a,b|"c"`, 1, 0, 0, 0}}},
		{"separator to the letter", journey.PathTable{Separator: " > "}, "path,conversions\na>b > c,1\n", []leanRow{{"a>b|c", 1, 0, 0, 0}}},
		{"long separator", journey.PathTable{Separator: "→→"}, "path,conversions\na →→ b→→c,1\n", []leanRow{{"a|b|c", 1, 0, 0, 0}}},
		{"largest count", journey.PathTable{}, "path,conversions,nulls\na,9223372036854775807,0\n", []leanRow{{"a", 1<<63 - 1, 0, 0, 0}}},
		{"no row", journey.PathTable{}, "path,conversions\n\n\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows, errs := readTable(tc.table, strings.NewReader(tc.in))
			assert.Empty(t, errs)
			assert.Equal(t, tc.want, rows)
		})
	}
}

func TestPathTableBadRows(t *testing.T) {
	const header = "path,conversions,value,nulls\n"
	for _, tc := range []struct {
		name, row, field string
		class            error
	}{
		{"negative conversions", "a,-1,0,0", "conversions", touchpoint.ErrRange},
		{"negative nulls", "a,1,0,-3", "nulls", touchpoint.ErrRange},
		{"negative fraction", "a,-1.5,0,0", "conversions", touchpoint.ErrRange},
		{"fractional count", "a,1.5,0,0", "conversions", touchpoint.ErrRange},
		{"NaN count", "a,NaN,0,0", "conversions", touchpoint.ErrFormat},
		{"infinite count", "a,Inf,0,0", "conversions", touchpoint.ErrRange},
		{"1e300 count", "a,1,0,1e300", "nulls", touchpoint.ErrRange},
		{"1e999 count", "a,1e999,0,0", "conversions", touchpoint.ErrRange},
		{"2^63 count", "a,9223372036854775808,0,0", "conversions", touchpoint.ErrRange},
		{"text for a count", "a,many,0,0", "conversions", touchpoint.ErrFormat},
		{"negative value", "a,1,-5,0", "value", touchpoint.ErrRange},
		{"NaN value", "a,1,nan,0", "value", touchpoint.ErrFormat},
		{"infinite value", "a,1,+Inf,0", "value", touchpoint.ErrRange},
		{"huge value", "a,1,1e999,0", "value", touchpoint.ErrRange},
		{"text for a value", "a,1,€5,0", "value", touchpoint.ErrFormat},
		{"value without conversion", "a,0,5,1", "value", journey.ErrValueWithoutConversion},
		{"too few fields", "a,1,0", "", touchpoint.ErrSyntax},
		{"too many fields", "a,1,0,0,0", "", touchpoint.ErrSyntax},
		{"stray quote", "a\"b,1,0,0", "", touchpoint.ErrSyntax},
		{"unclosed quote", "\"a,1,0,0", "", touchpoint.ErrSyntax},
		{"a touch without a name", "a > > b,1,0,0", "path", touchpoint.ErrMissing},
		{"separator at the end", "a > ,1,0,0", "path", touchpoint.ErrMissing},
		{"invalid UTF-8", "a > b\xff,1,0,0", "path", touchpoint.ErrEncoding},
		{"name of the empty paths", "a > (none),1,0,0", "path", touchpoint.ErrRange},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := header + "ok,1,0,0\n" + tc.row + "\nok,1,0,0\n"
			rows, errs := readTable(journey.PathTable{Source: "x.csv"}, strings.NewReader(in))
			assert.Equal(t, []leanRow{{"ok", 1, 0, 0, 0}, {"ok", 1, 0, 0, 0}}, rows, "the rows around it are read")
			require.Len(t, errs, 1)
			var bad *touchpoint.RowError
			require.ErrorAs(t, errs[0], &bad)
			assert.Equal(t, "x.csv", bad.Source)
			assert.Equal(t, 3, bad.Line)
			assert.Equal(t, tc.field, bad.Field)
			assert.ErrorIs(t, bad, tc.class)
			assert.NotContains(t, bad.Error(), "€5", "what the row says stays out of the error")
		})
	}
}

func TestPathTableBadRowLeavesNoName(t *testing.T) {
	d := new(journey.Dictionary)
	in := "path,conversions\na > b > ,1\nb > c,1\n"
	for range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(in), d) {
	}
	assert.Equal(t, []touchpoint.Channel{"b", "c"}, d.SortedNames())
}

func TestPathTableOutcomes(t *testing.T) {
	for bad, class := range map[string]error{
		"-1": touchpoint.ErrRange, "": touchpoint.ErrMissing, "yes please": touchpoint.ErrFormat,
		"0.5": touchpoint.ErrRange, "NaN": touchpoint.ErrFormat,
	} {
		_, errs := readTable(journey.PathTable{}, strings.NewReader("path,conversion\na,"+bad+"\n"))
		require.Len(t, errs, 1, bad)
		assert.ErrorIs(t, errs[0], class, bad)
	}
	rows, errs := readTable(journey.PathTable{}, strings.NewReader("path,conversion\na,7\n"))
	assert.Empty(t, errs)
	assert.Equal(t, []leanRow{{"a", 7, 0, 0, 0}}, rows)
}

func TestPathTableHeaders(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		table    journey.PathTable
		class    error
		says     string
	}{
		{"empty", "", journey.PathTable{}, touchpoint.ErrMissing, "empty"},
		{"only blank lines", "\n\r\n", journey.PathTable{}, touchpoint.ErrMissing, "empty"},
		{"only a mark", "\xef\xbb\xbf", journey.PathTable{}, touchpoint.ErrMissing, "empty"},
		{"no path", "journey,conversions\na,1\n", journey.PathTable{}, touchpoint.ErrMissing, `column "path"; the header has journey, conversions`},
		{"no conversions", "path,nulls\na,1\n", journey.PathTable{}, touchpoint.ErrMissing, `column "conversions"`},
		{"a named column is not there", "path,conversions\na,1\n", journey.PathTable{Columns: journey.PathColumns{Value: "eur"}}, touchpoint.ErrMissing, `column "eur"`},
		{"two columns for one thing", "path,conversions,value,revenue\na,1,1,1\n", journey.PathTable{}, journey.ErrTable, `"value" and "revenue"`},
		{"one journey a row, and counts", "path,conversion,nulls\na,1,1\n", journey.PathTable{}, journey.ErrTable, `"conversion" makes a row one journey`},
		{"malformed", "pa\"th,conversions\na,1\n", journey.PathTable{}, touchpoint.ErrSyntax, "quote"},
		{"a comma that cannot be one", "path,conversions\n", journey.PathTable{Comma: '"'}, journey.ErrTable, "comma"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows, errs := readTable(tc.table, strings.NewReader(tc.in))
			assert.Empty(t, rows)
			require.Len(t, errs, 1)
			assert.ErrorIs(t, errs[0], tc.class)
			assert.ErrorContains(t, errs[0], tc.says)
		})
	}
}

func TestPathTableLongRow(t *testing.T) {
	// 10 MB in one line is a path like any other.
	long := "path,conversions\n" + strings.Repeat("ab > ", 2<<20) + "c,1\nd,1\n"
	rows, errs := readTable(journey.PathTable{}, strings.NewReader(long))
	require.Empty(t, errs)
	require.Len(t, rows, 2)
	assert.Equal(t, 2<<20+1, strings.Count(rows[0].Path, "|")+1)

	rows, errs = readTable(journey.PathTable{MaxRow: 1000}, strings.NewReader(long))
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], touchpoint.ErrTooLong)
	assert.Equal(t, []leanRow{{"d", 1, 0, 0, 0}}, rows)
}

func TestPathTableTruncatedGzip(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, "path,conversions\n")
	for i := range 100_000 {
		fmt.Fprintf(z, "a%d > b,1\n", i*7919%100_000)
	}
	require.NoError(t, z.Close())
	r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:packed.Len()/2]))
	require.NoError(t, err)
	rows, errs := readTable(journey.PathTable{Source: "x.csv.gz"}, r)
	assert.NotEmpty(t, rows)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], io.ErrUnexpectedEOF)
	assert.ErrorContains(t, errs[0], "x.csv.gz")
}

func TestPathTableCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var errs []error
	for _, err := range (journey.PathTable{}).Paths(ctx, strings.NewReader("path,conversions\na,1\n"), nil) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], context.Canceled)
}

func TestPathTableMatches(t *testing.T) {
	assert.True(t, journey.PathTable{}.Matches([]string{"path", "total_conversions"}))
	assert.False(t, journey.PathTable{}.Matches([]string{"customer", "time", "channel", "conversion"}))
	assert.True(t, journey.PathTable{Columns: journey.PathColumns{Path: "p"}}.Matches([]string{"p", "conv"}))
}

func TestPathColumnsText(t *testing.T) {
	var c journey.PathColumns
	require.NoError(t, c.UnmarshalText([]byte("path=p, value = revenue in EUR ,,nulls=n")))
	assert.Equal(t, journey.PathColumns{Path: "p", Value: "revenue in EUR", Nulls: "n"}, c)
	text, err := c.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "path=p,value=revenue in EUR,nulls=n", string(text))
	for _, bad := range []string{"who=x", "path", "path="} {
		assert.ErrorIs(t, c.UnmarshalText([]byte(bad)), journey.ErrTable, bad)
	}
	assert.Equal(t, "p", c.Path, "a bad text changes nothing")
}

func TestPathTableWrite(t *testing.T) {
	in := "path,conversions,value,nulls\nb > a,1,0.1,0\nb>a,2,0.2,1\n\"x, \"\"y\"\" > z\",0,0,1\n,1,3,0\n"
	counts := new(journey.Counts)
	for p, err := range (journey.PathTable{}).Paths(context.Background(), strings.NewReader(in), nil) {
		require.NoError(t, err)
		require.NoError(t, counts.Add(p))
	}
	var out strings.Builder
	require.NoError(t, journey.PathTable{}.Write(&out, counts))
	assert.Equal(t, "path,conversions,value,nulls\n,1,3,0\nb > a,3,0.30000000000000004,1\n\"x, \"\"y\"\" > z\",0,0,1\n", out.String())

	out.Reset()
	require.NoError(t, journey.PathTable{Separator: "|", Comma: ';'}.Write(&out, counts))
	assert.Equal(t, "path;conversions;value;nulls\n;1;3;0\nb|a;3;0.30000000000000004;1\n\"x, \"\"y\"\"|z\";0;0;1\n", out.String())

	require.NoError(t, counts.Add(&journey.Counted{Dictionary: journey.NewDictionary("q"), Channels: []journey.Code{0}, Opens: 2}))
	out.Reset()
	require.NoError(t, journey.PathTable{}.Write(&out, counts))
	assert.True(t, strings.HasPrefix(out.String(), "path,conversions,value,nulls,opens\n,1,3,0,0\nb > a,"), out.String())
	assert.Contains(t, out.String(), "\nq,0,0,0,2\n")
}

func TestPathTableWriteRefuses(t *testing.T) {
	for _, name := range []touchpoint.Channel{"a>b", "", " a", "(none)", "\xff"} {
		counts := new(journey.Counts)
		require.NoError(t, counts.Add(&journey.Counted{Dictionary: journey.NewDictionary(name), Channels: []journey.Code{0}, Nulls: 1}))
		assert.ErrorIs(t, journey.PathTable{}.Write(io.Discard, counts), journey.ErrTable, "%q", name)
	}
	full := errors.New("no space left on device")
	counts := new(journey.Counts)
	require.NoError(t, counts.Add(&journey.Counted{Nulls: 1}))
	assert.ErrorIs(t, journey.PathTable{}.Write(writerFunc(func([]byte) (int, error) { return 0, full }), counts), full)
	assert.ErrorIs(t, journey.PathTable{Comma: '\n'}.Write(io.Discard, counts), journey.ErrTable)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// FuzzPathTable checks that every row is either read or reported, and that what
// is read survives writing and reading again.
func FuzzPathTable(f *testing.F) {
	for _, s := range []string{
		"path,conversions,value,nulls\na > b,1,2.5,3\n", "path,conversion\na,1\nb,0\n", "path,conversions\n\"a\n>b\",1\n",
		"path,conversions\na,1e3\n,2\n> ,1\n", "\xef\xbb\xbfpath,conv,opens\r\nä>b,1,2\r\n",
	} {
		f.Add(s, ">")
	}
	f.Fuzz(func(t *testing.T, in, sep string) {
		table := journey.PathTable{Separator: sep}
		counts := new(journey.Counts)
		for p, err := range table.Paths(context.Background(), strings.NewReader(in), nil) {
			if err != nil {
				continue
			}
			require.NoError(t, p.Validate())
			if counts.Add(p) != nil {
				return
			}
		}
		var out bytes.Buffer
		if err := table.Write(&out, counts); err != nil {
			return
		}
		again := new(journey.Counts)
		for p, err := range table.Paths(context.Background(), bytes.NewReader(out.Bytes()), nil) {
			require.NoError(t, err, "%q", out.String())
			require.NoError(t, again.Add(p))
		}
		want, err := counts.MarshalBinary()
		require.NoError(t, err)
		got, err := again.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", out.String())
	})
}
