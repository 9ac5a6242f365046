package touchpoint_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/cjm-go/cjm/touchpoint"
)

// benchCalls are calls of the size that a site sends: about 500 bytes, 15 members.
func benchCalls() []byte {
	var b bytes.Buffer
	for i := range benchRows {
		fmt.Fprintf(&b, `{"type":"track","messageId":"ajs-%d","anonymousId":"anonymous-%d","userId":"customer-%d","event":"Product Viewed",`+
			`"originalTimestamp":"2026-01-31T10:00:00.%03dZ","sentAt":"2026-01-31T10:00:01.%03dZ","receivedAt":"2026-01-31T10:00:01.%03dZ",`+
			`"context":{"library":{"name":"analytics.js","version":"2.11.1"},"page":{"path":"/p/%d","url":"https://shop.example/p/%d"},"ip":"192.0.2.1"},`+
			`"properties":{"product_id":"p%d","price":%d.99,"currency":"EUR"}}`+"\n", i, i/4, i/4, i%1000, i%1000, (i+7)%1000, i%50, i%50, i%50, i%100)
	}
	return b.Bytes()
}

func BenchmarkSegment(b *testing.B) {
	benchDecode(b, benchCalls(), func(r io.Reader) (n int) {
		for _, err := range (touchpoint.Segment{}).Decode(context.Background(), r) {
			if err == nil {
				n++
			}
		}
		return n
	})
}

func BenchmarkSegmentBatch(b *testing.B) {
	calls := bytes.ReplaceAll(bytes.TrimSpace(benchCalls()), []byte("\n"), []byte(",\n"))
	data := append(append([]byte(`{"batch":[`), calls...), `],"sentAt":"2026-01-31T10:00:00Z","context":{"timezone":"Europe/Berlin"}}`...)
	benchDecode(b, data, func(r io.Reader) (n int) {
		body, _ := io.ReadAll(r)
		good, _ := touchpoint.Segment{}.DecodeBody(body)
		return len(good)
	})
}

func BenchmarkCloudEvents(b *testing.B) {
	var data bytes.Buffer
	for i := range benchRows {
		fmt.Fprintf(&data, `{"specversion":"1.0","type":"com.example.viewed","source":"/shop","id":"%d","subject":"customer-%d","time":"2026-01-31T10:00:00Z",`+
			`"datacontenttype":"application/json","data":{"product":{"id":"p%d","price":%d.99},"currency":"EUR"}}`+"\n", i, i/4, i%50, i%100)
	}
	benchDecode(b, data.Bytes(), func(r io.Reader) (n int) {
		for _, err := range (touchpoint.CloudEvents{}).Decode(context.Background(), r) {
			if err == nil {
				n++
			}
		}
		return n
	})
}
