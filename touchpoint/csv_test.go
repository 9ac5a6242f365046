package touchpoint

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/csvscan"
)

func TestCSVAllFields(t *testing.T) {
	const text = `id,customer,time,received,seq,channel,setting,kind,stage,utm_source,utm_medium,utm_campaign,utm_content,utm_term,code,conversion,value,currency,cost,emotion,consent,page,empty
order-17, c1 ,2026-01-31T09:30:00+01:00,2026-02-01,3,` + "\u00a0email " + `,ONLINE,visit,awareness,s,m,n,c,t,FLY-1,yes,12.5,eur,0.3,-0.5,analytics=no; ads=Yes," /home, ""x""",
`
	o := decodeCSV(t, CSV{}, text)
	require.Empty(t, o.errs)
	emotion, _ := NewEmotion(-0.5)
	consent, _ := NewConsent(map[string]bool{"ads": true, "analytics": false})
	assert.Equal(t, []Touchpoint{{
		ID:       uuid.NewSHA1(uuid.MustParse(Namespace), []byte("order-17")),
		Customer: "c1", Time: time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC), Received: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Seq: 3, Channel: "email", Setting: Online, Kind: "visit", Stage: "awareness", Campaign: Campaign{"s", "m", "n", "c", "t", "FLY-1"},
		Conversion: true, Value: 12.5, Currency: "EUR", Cost: 0.3, Emotion: emotion, Consent: consent,
		Properties: map[string]string{"page": ` /home, "x"`},
	}}, o.rows)
}

func TestCSVMinimal(t *testing.T) {
	o := decodeCSV(t, CSV{}, "user,date,event\nc1,2026-01-31,\n")
	require.Empty(t, o.errs)
	want := Touchpoint{Customer: "c1", Time: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}
	want.ID = want.ContentID()
	assert.Equal(t, []Touchpoint{want}, o.rows)
}

func TestCSVConfiguration(t *testing.T) {
	d := CSV{
		Columns: Columns{Customer: "cid", Channel: "source", Source: "source", Value: NoColumn}, Comma: ';',
		TimeLayouts: []string{"02.01.2006 15:04", TimeUnixMilli}, Location: time.FixedZone("", 3600),
	}
	o := decodeCSV(t, d, "cid;time;source;value\nc1;31.01.2026 16:30;a,b;-\nc1;1767225600000;c;\n")
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 2)
	assert.Equal(t, time.Date(2026, 1, 31, 15, 30, 0, 0, time.UTC), o.rows[0].Time)
	assert.Equal(t, Channel("a,b"), o.rows[0].Channel)
	assert.Equal(t, "a,b", o.rows[0].Campaign.Source)
	assert.Equal(t, map[string]string{"value": "-"}, o.rows[0].Properties)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), o.rows[1].Time)
}

func TestCSVLineEndsAndBOM(t *testing.T) {
	want := decodeCSV(t, CSV{}, "user,time,channel\nc1,2026-01-31,a\nc2,2026-01-31,b\n")
	require.Len(t, want.rows, 2)
	for _, text := range []string{
		"\ufeffuser,time,channel\nc1,2026-01-31,a\nc2,2026-01-31,b",
		"user,time,channel\r\nc1,2026-01-31,a\r\n\r\nc2,2026-01-31,b\r\n",
		"\n\nuser,time,channel\n\nc1,2026-01-31,a\n\n\nc2,2026-01-31,b\n\n",
		"\ufeff\"user\",\"time\",\"channel\"\n\"c1\",\"2026-01-31\",\"a\"\n\"c2\",\"2026-01-31\",\"b\"\n",
	} {
		assert.Equal(t, want, decodeCSV(t, CSV{}, text), "%q", text)
	}
}

func TestCSVChannelNames(t *testing.T) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	names := []string{"(start)", "(conversion)", "(null)", "null", "a,b", `a"b`, "a > b", "😀", "two\nlines", "\ufeff", ""}
	require.NoError(t, w.Write([]string{"customer", "time", "channel"}))
	for _, name := range names {
		require.NoError(t, w.Write([]string{"c", "2026-01-31", name}))
	}
	w.Flush()
	o := decodeCSV(t, CSV{}, text.String())
	require.Empty(t, o.errs)
	for i, name := range names {
		assert.Equal(t, Channel(name), o.rows[i].Channel)
	}
}

func TestCSVRowErrors(t *testing.T) {
	const header = "customer,time,channel,seq,setting,conversion,value,currency,cost,emotion,page\n"
	fine := "c1,2026-01-31,a,1,online,1,1,EUR,1,1,p\n"
	for _, test := range []struct {
		row   string
		field string
		class error
		text  string
	}{
		{" ,2026-01-31,a,,,,,,,,", "customer", ErrMissing, "missing: empty"},
		{"c1,,a,,,,,,,,", "time", ErrMissing, "missing: empty"},
		{"c1,secret,a,,,,,,,,", "time", ErrFormat, "bad format: not a time of an accepted layout"},
		{"c1,0000-01-31,a,,,,,,,,", "time", ErrRange, "out of range: want a year from 1 to 9999"},
		{"c1,2026-01-31,a,secret,,,,,,,", "seq", ErrFormat, "bad format: not a whole number"},
		{"c1,2026-01-31,a,,secret,,,,,,", "setting", ErrFormat, "bad format: want online or offline"},
		{"c1,2026-01-31,a,,,secret,,,,,", "conversion", ErrFormat, "bad format: want 1, 0, true, false, yes, no or a count"},
		{"c1,2026-01-31,a,,,-1,,,,,", "conversion", ErrFormat, "bad format: want 1, 0, true, false, yes, no or a count"},
		{"c1,2026-01-31,a,,,,-5,,,,", "value", ErrRange, "out of range: negative"},
		{"c1,2026-01-31,a,,,,NaN,,,,", "value", ErrFormat, "bad format: not a number"},
		{"c1,2026-01-31,a,,,,1e309,,,,", "value", ErrRange, "out of range: number too large"},
		{"c1,2026-01-31,a,,,,,secret,,,", "currency", ErrFormat, "bad format: want an ISO 4217 code of three letters"},
		{"c1,2026-01-31,a,,,,,,secret,,", "cost", ErrFormat, "bad format: not a number"},
		{"c1,2026-01-31,a,,,,,,,secret,", "emotion", ErrFormat, "bad format: not a number"},
		{"c1,2026-01-31,a,,,,,,,1.5,", "emotion", ErrRange, "out of range: want -1 to 1"},
		{"c1,2026-01-31,secret\xff,,,,,,,,", "channel", ErrEncoding, "invalid UTF-8"},
		{"c1,2026-01-31,a,,,,,,,,secret\xff", "page", ErrEncoding, "invalid UTF-8"},
		{"secret,2026-01-31,a,,,,,,,", "", ErrSyntax, "malformed row: 10 fields where the header has 11"},
		{"secret,2026-01-31,a,,,,,,,,,", "", ErrSyntax, "malformed row: 12 fields where the header has 11"},
		{"   ", "", ErrSyntax, "malformed row: 1 fields where the header has 11"},
		{`c1,2026-01-31,sec"ret,,,,,,,,`, "", ErrSyntax, "malformed row: "},
		{`c1,2026-01-31,"secret"x,,,,,,,,`, "", ErrSyntax, "malformed row: "},
	} {
		t.Run(fmt.Sprintf("%.40q", test.row), func(t *testing.T) {
			o := decodeCSV(t, CSV{Source: "orders.csv"}, header+fine+test.row+"\n"+fine)
			assert.Len(t, o.rows, 2, "the rows around it stay")
			require.Len(t, o.errs, 1)
			var bad *RowError
			require.ErrorAs(t, o.errs[0], &bad)
			assert.Equal(t, "orders.csv", bad.Source)
			assert.Equal(t, 3, bad.Line)
			assert.Equal(t, test.field, bad.Field)
			require.ErrorIs(t, bad, test.class)
			assert.ErrorContains(t, bad, test.text)
			assert.NotContains(t, bad.Error(), "secret")
		})
	}
}

func TestCSVFieldIsNamedAsInTheHeader(t *testing.T) {
	o := decodeCSV(t, CSV{Columns: Columns{Value: "Order Total"}}, "User,time,channel,Order Total,\nc1,2026-01-31,a,x,\nc1,2026-01-31,a,,\xff\n")
	require.Len(t, o.errs, 2)
	assert.EqualError(t, o.errs[0], "line 2: Order Total: bad format: not a number")
	assert.EqualError(t, o.errs[1], "line 3: #5: invalid UTF-8")
}

func TestCSVLineNumbers(t *testing.T) {
	o := decodeCSV(t, CSV{}, "\ncustomer,time,channel\n\nc1,x,a\n\"c\n1\",x,a\r\n\r\nc1,x,a")
	var lines []int
	for _, err := range o.errs {
		var bad *RowError
		require.ErrorAs(t, err, &bad)
		lines = append(lines, bad.Line)
	}
	assert.Equal(t, []int{4, 5, 8}, lines)
}

func TestCSVInputErrors(t *testing.T) {
	const fine = "customer,time,channel\nc1,2026-01-31,a\n"
	for _, test := range []struct {
		name    string
		decoder CSV
		text    string
		class   error
		message string
	}{
		{"empty", CSV{}, "", ErrMissing, "touchpoint: in:1: header: missing: the input is empty"},
		{"BOM only", CSV{}, "\ufeff", ErrMissing, "the input is empty"},
		{"blank lines only", CSV{}, "\n\r\n", ErrMissing, "the input is empty"},
		{"missing column", CSV{}, "time,channel\n", ErrMissing, "touchpoint: in:1: header: missing: no column for customer; the header has time, channel"},
		{"named column", CSV{Columns: Columns{Cost: "spend"}}, "\n" + fine, ErrMissing, `touchpoint: in:2: header: missing: no column "spend", named for cost`},
		{"column twice", CSV{}, "time,Time,channel,user\n", ErrSyntax, "both fit time"},
		{"bad quote in header", CSV{}, "a\"b,c\n", ErrSyntax, "touchpoint: in:1: header: malformed row: "},
		{"invalid UTF-8 in header", CSV{}, "\xff\xfec\x00u\x00\n", ErrEncoding, "header"},
		{"long header", CSV{MaxRow: 10}, fine, ErrTooLong, "header"},
		{"no customer", CSV{Columns: Columns{Customer: NoColumn}}, fine, ErrColumns, "touchpoint: in: columns: customer cannot be left out"},
		{"comma", CSV{Comma: '"'}, fine, nil, "comma is a quote"},
		{"wide comma", CSV{Comma: '，'}, fine, nil, "comma is not an ASCII character"},
		{"negative limit", CSV{MaxRow: -1}, fine, nil, "MaxRow is negative"},
		{"no layouts", CSV{TimeLayouts: []string{}}, fine, nil, "no time layouts"},
		{"empty layout", CSV{TimeLayouts: []string{TimeISO, ""}}, fine, nil, "time layout 2 is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.decoder.Source = "in"
			o := decodeCSV(t, test.decoder, test.text)
			assert.Empty(t, o.rows)
			require.Len(t, o.errs, 1)
			var end *InputError
			require.ErrorAs(t, o.errs[0], &end)
			var bad *RowError
			assert.False(t, errors.As(o.errs[0], &bad))
			if test.class != nil {
				require.ErrorIs(t, end, test.class)
			}
			assert.ErrorContains(t, end, test.message)
		})
	}
}

func TestCSVValidateReportsAllAtOnce(t *testing.T) {
	err := CSV{Columns: Columns{Time: NoColumn}, Comma: '\n', MaxRow: -1, TimeLayouts: []string{""}}.Validate()
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 4)
	require.NoError(t, CSV{}.Validate())
}

func TestCSVHeaderOnly(t *testing.T) {
	assert.Equal(t, outcome{}, decodeCSV(t, CSV{}, "customer,time,channel"))
}

func TestCSVLongRows(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	text := "customer,time,channel,page\nc1,2026-01-31,a,p\nc1,2026-01-31,b," + long + "\nc1,2026-01-31,c,\"" + long + "\"\nc1,2026-01-31,d,p\n"
	o := decodeCSV(t, CSV{}, text)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 4)
	assert.Len(t, o.rows[1].Properties["page"], len(long))
	assert.Len(t, o.rows[2].Properties["page"], len(long))

	o = decodeCSV(t, CSV{MaxRow: 1000}, text)
	require.Len(t, o.rows, 2)
	assert.Equal(t, Channel("d"), o.rows[1].Channel)
	require.Len(t, o.errs, 2)
	require.ErrorIs(t, o.errs[0], ErrTooLong)
	assert.EqualError(t, o.errs[0], "line 3: row too long")
}

func TestCSVReadErrors(t *testing.T) {
	const text = "customer,time,channel\nc1,2026-01-31,a\nc2,2026-01-31,b\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	cut, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:packed.Len()-9]))
	require.NoError(t, err)

	broken := errors.New("broken")
	for _, test := range []struct {
		name string
		r    io.Reader
		want error
		rows int
	}{
		{"truncated gzip", cut, io.ErrUnexpectedEOF, 2},
		{"in a row", io.MultiReader(strings.NewReader(text[:len(text)-3]), iotest.ErrReader(broken)), broken, 1},
		{"in the header", io.MultiReader(strings.NewReader("customer,ti"), iotest.ErrReader(broken)), broken, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var o outcome
			for row, err := range (CSV{Source: "in"}).Decode(context.Background(), test.r) {
				o.add(t, row, err)
			}
			assert.LessOrEqual(t, len(o.rows), test.rows)
			require.Len(t, o.errs, 1)
			var end *InputError
			require.ErrorAs(t, o.errs[0], &end)
			require.ErrorIs(t, end, test.want)
		})
	}
}

func TestCSVContext(t *testing.T) {
	text := "customer,time,channel\n" + strings.Repeat("c1,2026-01-31,a\n", 1000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range (CSV{}).Decode(ctx, strings.NewReader(text)) {
		if last = err; err == nil {
			if n++; n == 10 {
				cancel()
			}
		}
	}
	assert.Equal(t, 10, n)
	require.ErrorIs(t, last, context.Canceled)
	var end *InputError
	require.ErrorAs(t, last, &end)
	assert.Equal(t, 11, end.Line)

	for _, err := range (CSV{}).Decode(ctx, strings.NewReader(text)) {
		require.ErrorIs(t, err, context.Canceled, "done before it begins")
		n++
	}
	assert.Equal(t, 11, n, "yielded once")
}

func TestCSVConsumerMayStop(t *testing.T) {
	const text = "customer,time,channel\nc1,2026-01-31,a\nc1,x,a\nc1,2026-01-31,a\n"
	for stop := range 3 {
		n := 0
		for range (CSV{}).Decode(context.Background(), strings.NewReader(text)) {
			if n++; n > stop {
				break
			}
		}
		assert.Equal(t, stop+1, n)
	}
}

func TestCSVRedelivery(t *testing.T) {
	o := decodeCSV(t, CSV{}, "customer,time,received,channel\nc1,2026-01-31 10:00,2026-02-01,a\nc1,2026-01-31T11:00+01:00,2026-03-01,a\nc1,2026-01-31 10:00,,b\n")
	require.Len(t, o.rows, 3)
	assert.Equal(t, o.rows[0].ID, o.rows[1].ID)
	assert.NotEqual(t, o.rows[0].ID, o.rows[2].ID)
}

// The same random rows as CSV and as flat JSON are the same touchpoints, with
// the same ids.
func TestCSVAndJSONAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	header := []string{"customer", "time", "channel", "utm_source", "conversion", "value", "page", "a.b"}
	var asCSV bytes.Buffer
	var asJSON strings.Builder
	w := csv.NewWriter(&asCSV)
	require.NoError(t, w.Write(header))
	for i := range 500 {
		row := []string{
			"c" + randomText(rng), time.Unix(int64(i), 0).UTC().Format(time.RFC3339), randomText(rng), randomText(rng),
			[]string{"", "yes", "0"}[rng.IntN(3)], fmt.Sprint(rng.IntN(100)), "p" + randomText(rng), "",
		}
		for j := range row { // CSV cannot tell CRLF from LF inside quotes
			row[j] = strings.ReplaceAll(row[j], "\r", "")
		}
		require.NoError(t, w.Write(row))
		var members []string
		for j, name := range header {
			switch {
			case name == "value":
				members = append(members, `"value":`+row[j])
			case row[j] != "":
				member := append(appendJSONText(nil, name), ':')
				members = append(members, string(appendJSONText(member, row[j])))
			}
		}
		asJSON.WriteString("{" + strings.Join(members, ",") + "}\n")
	}
	w.Flush()
	a := decodeCSV(t, CSV{}, asCSV.String())
	b := decodeJSON(t, JSONLines{}, asJSON.String())
	require.Empty(t, a.errs)
	require.Empty(t, b.errs)
	require.Equal(t, a, b)
}

// Every record is a touchpoint or an error, and the touchpoints are valid.
func FuzzCSVDecode(f *testing.F) {
	const header = "customer,time,channel,value,conversion,page\n"
	f.Add(header + "c1,2026-01-31,a,1,yes,p\n")
	f.Add(header + "\"c1\n\",2026-01-31T10:00Z,\"a\"\"b\",1,,\r\n\r\nx\n\"")
	f.Add("\ufeffuser,date,event,,\nc,1,2,3,4\n\xff,,,,\n")
	f.Add("time,time,channel,user\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := CSV{MaxRow: 1000}
		o := decodeCSV(t, d, text)
		for i := range o.rows {
			require.NoError(t, o.rows[i].Validate())
			require.NotEqual(t, uuid.Nil, o.rows[i].ID)
		}
		if len(o.errs) == 1 && len(o.rows) == 0 {
			if _, ok := o.errs[0].(*InputError); ok {
				return
			}
		}
		for _, err := range o.errs {
			require.IsType(t, &RowError{}, err)
		}
		records := -1 // without the header
		for scan := csvscan.NewReader(strings.NewReader(text), 0, d.MaxRow); scan.Next(); {
			records++
		}
		require.Equal(t, records, len(o.rows)+len(o.errs))
		if !strings.Contains(text, `"`) { // then a record is a line
			lines := -1
			for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
				if line = strings.TrimSuffix(line, "\n"); strings.TrimSuffix(line, "\r") != "" {
					lines++
				}
			}
			require.Equal(t, lines, records)
		}
	})
}
