package touchpoint_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cjm-go/cjm/touchpoint"
)

const benchRows = 10_000

// benchTouchpoints are rows of a plausible shop: about four touches a customer,
// 20 channels. They are grouped by customer.
func benchTouchpoints(yield func(touchpoint.Touchpoint)) {
	rng := rand.New(rand.NewPCG(1, 1))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range benchRows {
		at = at.Add(time.Duration(rng.IntN(1000)) * time.Millisecond)
		t := touchpoint.Touchpoint{
			Customer: fmt.Sprintf("customer-%d", i/4),
			Time:     at,
			Channel:  touchpoint.Channel(fmt.Sprintf("channel-%d", rng.IntN(20))),
			Kind:     "visit",
		}
		if rng.IntN(20) == 0 {
			t.Conversion, t.Value, t.Currency = true, float64(rng.IntN(10_000))/100, "EUR"
		}
		yield(t)
	}
}

func benchCSV() []byte {
	var b bytes.Buffer
	b.WriteString("customer,time,channel,kind,conversion,value,currency\n")
	benchTouchpoints(func(t touchpoint.Touchpoint) {
		value := ""
		if t.Conversion {
			value = fmt.Sprint(t.Value)
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%t,%s,%s\n",
			t.Customer, t.Time.Format(time.RFC3339Nano), t.Channel, t.Kind, t.Conversion, value, t.Currency)
	})
	return b.Bytes()
}

func benchJSON() []byte {
	var b []byte
	benchTouchpoints(func(t touchpoint.Touchpoint) {
		b, _ = touchpoint.AppendJSON(b, &t)
		b = append(b, '\n')
	})
	return b
}

type decoder func(io.Reader) int

func benchDecode(b *testing.B, data []byte, decode decoder) {
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if n := decode(bytes.NewReader(data)); n != benchRows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

func BenchmarkCSV(b *testing.B) {
	benchDecode(b, benchCSV(), func(r io.Reader) (n int) {
		for _, err := range (touchpoint.CSV{}).Decode(context.Background(), r) {
			if err == nil {
				n++
			}
		}
		return n
	})
}

func BenchmarkJSONLines(b *testing.B) {
	benchDecode(b, benchJSON(), func(r io.Reader) (n int) {
		for _, err := range (touchpoint.JSONLines{}).Decode(context.Background(), r) {
			if err == nil {
				n++
			}
		}
		return n
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	var rows []touchpoint.Touchpoint
	benchTouchpoints(func(t touchpoint.Touchpoint) { rows = append(rows, t) })
	var buf []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf, _ = touchpoint.AppendJSON(buf[:0], &rows[i%len(rows)])
	}
}

func BenchmarkUnmarshalJSON(b *testing.B) {
	var rows [][]byte
	for line := range bytes.Lines(benchJSON()) {
		rows = append(rows, bytes.TrimSpace(line))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var t touchpoint.Touchpoint
		if err := t.UnmarshalJSON(rows[i%len(rows)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkContentID(b *testing.B) {
	t := touchpoint.Touchpoint{Customer: "customer-17", Channel: "email", Kind: "visit", Properties: map[string]string{"page": "/home", "os": "x"}}
	b.ReportAllocs()
	for b.Loop() {
		t.ContentID()
	}
}
