package csvscan_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/csvscan"
)

// record is what a test compares: the place, the fields, what is wrong.
type record struct {
	Line   int
	Fields []string
	Err    error
}

func collect(t testing.TB, r *csvscan.Reader) []record {
	t.Helper()
	var all []record
	for r.Next() {
		var fields []string
		for _, f := range r.Fields() {
			fields = append(fields, string(f))
		}
		all = append(all, record{r.Line(), fields, r.RecordErr()})
	}
	return all
}

func read(t testing.TB, in string) []record {
	t.Helper()
	r := csvscan.NewReader(strings.NewReader(in), 0, 0)
	all := collect(t, r)
	require.NoError(t, r.Err())
	return all
}

// readBlocks reads with a given block size from a reader that gives little at a time.
func readBlocks(t testing.TB, in string, size int) []record {
	t.Helper()
	blocks := csvscan.NewBlocks(iotest.OneByteReader(strings.NewReader(in)))
	blocks.BlockSize = size
	var all []record
	var block csvscan.Block
	var records csvscan.Records
	for blocks.Next(&block) {
		records.Reset(block)
		for records.Next() {
			var fields []string
			for _, f := range records.Fields() {
				fields = append(fields, string(f))
			}
			all = append(all, record{records.Line(), fields, records.Err()})
		}
	}
	require.NoError(t, blocks.Err())
	return all
}

func TestReader(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []record
	}{
		{"empty", "", nil},
		{"only a mark", "\xef\xbb\xbf", nil},
		{"only line ends", "\n\r\n\n", nil},
		{"plain", "a,b\nc,d\n", []record{{1, []string{"a", "b"}, nil}, {2, []string{"c", "d"}, nil}}},
		{"no last line end", "a,b\nc,d", []record{{1, []string{"a", "b"}, nil}, {2, []string{"c", "d"}, nil}}},
		{"mark and CRLF", "\xef\xbb\xbfa,b\r\nc,d\r\n", []record{{1, []string{"a", "b"}, nil}, {2, []string{"c", "d"}, nil}}},
		{"empty fields", ",\n,,\n", []record{{1, []string{"", ""}, nil}, {2, []string{"", "", ""}, nil}}},
		{"empty lines count", "a\n\n\nb\n", []record{{1, []string{"a"}, nil}, {4, []string{"b"}, nil}}},
		{"quoted", `"a,1","b""c",d` + "\n", []record{{1, []string{"a,1", `b"c`, "d"}, nil}}},
		{"line end in quotes", "\"a\nb\",c\nd,e\n", []record{{1, []string{"a\nb", "c"}, nil}, {3, []string{"d", "e"}, nil}}},
		{"quoted empty", `"",""` + "\nx", []record{{1, []string{"", ""}, nil}, {2, []string{"x"}, nil}}},
		{"trailing comma behind quotes", `"a",` + "\nb", []record{{1, []string{"a", ""}, nil}, {2, []string{"b"}, nil}}},
		{"quote in the middle", "a\"b,c\nd,e\n", []record{{1, nil, csvscan.ErrQuote}, {2, []string{"d", "e"}, nil}}},
		{"text behind a quote", "\"a\"b,c\nd,e\n", []record{{1, nil, csvscan.ErrQuote}, {2, []string{"d", "e"}, nil}}},
		{"never closed", "x,\"a\nd,e\nf,g\n", []record{{1, nil, csvscan.ErrQuote}, {2, []string{"d", "e"}, nil}, {3, []string{"f", "g"}, nil}}},
		{"stray quote closed later", "\"a\nb,\"c\"\nd\n", []record{{1, nil, csvscan.ErrQuote}, {2, []string{"b", "c"}, nil}, {3, []string{"d"}, nil}}},
		{"quotes and CRLF", "\"a\"\r\n\"b\",\"c\"\r\n", []record{{1, []string{"a"}, nil}, {2, []string{"b", "c"}, nil}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, read(t, tc.in))
			for _, size := range []int{1, 2, 3, 5, 8, 64} {
				assert.Equal(t, tc.want, readBlocks(t, tc.in, size), "block size %d", size)
			}
		})
	}
}

func TestReaderComma(t *testing.T) {
	r := csvscan.NewReader(strings.NewReader("a;\"b;c\"\n"), ';', 0)
	assert.Equal(t, []record{{1, []string{"a", "b;c"}, nil}}, collect(t, r))
}

func TestReaderTooLong(t *testing.T) {
	in := "a,b\n" + strings.Repeat("x", 1000) + "\nc,d\n\"" + strings.Repeat("y", 1000) + "\ne,f\n"
	r := csvscan.NewReader(strings.NewReader(in), 0, 100)
	assert.Equal(t, []record{
		{1, []string{"a", "b"}, nil},
		{2, nil, csvscan.ErrTooLong},
		{3, []string{"c", "d"}, nil},
		{4, nil, csvscan.ErrTooLong},
		{5, []string{"e", "f"}, nil},
	}, collect(t, r))
	require.NoError(t, r.Err())
}

func TestReaderUnclosedQuoteBeyondLimit(t *testing.T) {
	in := "\"a\n" + strings.Repeat("b,c\n", 100)
	r := csvscan.NewReader(strings.NewReader(in), 0, 50)
	all := collect(t, r)
	require.Len(t, all, 101)
	assert.Equal(t, record{1, nil, csvscan.ErrQuote}, all[0])
	assert.Equal(t, record{101, []string{"b", "c"}, nil}, all[100])
}

func TestReaderLongLine(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	all := read(t, "a,b\n"+long+",y\nc,d\n")
	require.Len(t, all, 3)
	assert.Equal(t, []string{long, "y"}, all[1].Fields)
	assert.Equal(t, 3, all[2].Line)
}

// failing gives its text, then an error.
type failing struct {
	r   io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

func TestReaderReadError(t *testing.T) {
	for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("disk on fire")} {
		r := csvscan.NewReader(failing{strings.NewReader("a,b\nc,d\ne,"), broken}, 0, 0)
		assert.Equal(t, []record{{1, []string{"a", "b"}, nil}, {2, []string{"c", "d"}, nil}}, collect(t, r),
			"whole records before the error count, a part of one does not")
		assert.ErrorIs(t, r.Err(), broken)
	}
}

func TestReaderNoProgress(t *testing.T) {
	r := csvscan.NewReader(readerFunc(func([]byte) (int, error) { return 0, nil }), 0, 0)
	assert.False(t, r.Next())
	assert.ErrorIs(t, r.Err(), io.ErrNoProgress)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// FuzzReader checks three things: what encoding/csv accepts is read alike, the
// size of the blocks does not matter, and no line is lost behind a bad one.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\nc,d\n", "\"a\nb\",c\r\n", "\"\"\"\",x\n\n", "a\"b\n\"c", "\xef\xbb\xbfx\r", "\"a\"b\nc\n", ",\n\"\",\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := read(t, in)
		for _, size := range []int{1, 7} {
			require.Equal(t, got, readBlocks(t, in, size), "block size %d", size)
		}
		std := csv.NewReader(strings.NewReader(strings.TrimPrefix(in, "\xef\xbb\xbf")))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil {
			return
		}
		require.Len(t, got, len(want))
		for i, w := range want {
			require.NoError(t, got[i].Err)
			for j, f := range got[i].Fields {
				// encoding/csv normalises line ends inside quotes.
				got[i].Fields[j] = strings.ReplaceAll(f, "\r\n", "\n")
			}
			require.Equal(t, w, got[i].Fields)
		}
	})
}

func TestReaderRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var in strings.Builder
		for range rng.IntN(40) {
			in.WriteString([]string{"a", ",", "\n", `"`, "\r\n", "é", `""`, "\",\""}[rng.IntN(8)])
		}
		want := read(t, in.String())
		for _, size := range []int{1, 4, 16} {
			require.Equal(t, want, readBlocks(t, in.String(), size), "%q with blocks of %d", in.String(), size)
		}
	}
}

func benchInput(quoted bool) []byte {
	line := []byte("alpha > beta > gamma > delta,1,12.34,3\n")
	if quoted {
		line = []byte("\"alpha > beta > gamma > delta\",1,12.34,3\n")
	}
	return bytes.Repeat(line, 100_000)
}

func BenchmarkReader(b *testing.B) {
	for _, quoted := range []bool{false, true} {
		name := "plain"
		if quoted {
			name = "quoted"
		}
		in := benchInput(quoted)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				r := csvscan.NewReader(bytes.NewReader(in), 0, 0)
				for r.Next() {
					_ = r.Fields()
				}
			}
		})
	}
	in := benchInput(false)
	b.Run("encoding_csv", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(in))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err != nil {
					break
				}
			}
		}
	})
}
