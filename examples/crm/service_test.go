package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// onStores runs a test over a store in memory and one in a file.
func onStores(t *testing.T, f func(t *testing.T, s *service)) {
	t.Run("memory", func(t *testing.T) {
		s, _ := newService(t, nil)
		f(t, s)
	})
	t.Run("sqlite", func(t *testing.T) {
		store, _ := newSQLite(t)
		s, _ := newService(t, store)
		f(t, s)
	})
}

// From a first look to an order and its refund, late, twice and out of order.
func TestStage(t *testing.T) {
	onStores(t, func(t *testing.T, s *service) {
		order := call("m3", "ada", "Order Completed", "2026-02-20T10:00:00Z", `{"order_id":"o1"}`)
		status, in := post(t, s, segment, order)
		assert.Equal(t, http.StatusAccepted, status)
		assert.Equal(t, intake{Accepted: 1}, in)
		status, in = post(t, s, segment, `{"batch":[`+strings.Join([]string{
			order,
			call("m1", "ada", "Product Viewed", "2026-02-18T10:00:00Z", ""),
			call("m4", "ada", "Something Else", "2026-02-18T11:00:00Z", ""),
			call("m2", "ada", "Checkout Started", "2026-02-19T10:00:00Z", ""),
		}, ",")+`]}`)
		assert.Equal(t, http.StatusAccepted, status)
		assert.Equal(t, intake{Accepted: 2, Duplicates: 1, Ignored: 1}, in)

		status, got := get(t, s, "/customers/ada/stage")
		assert.Equal(t, http.StatusOK, status)
		delete(got, "touchpoint")
		assert.Equal(t, map[string]any{
			"customer": "ada", "stage": "purchase", "phase": "purchase", "since": "2026-02-20T10:00:00Z",
			"rule": "Order Completed", "previous": "decision", "kind": "entered", "last_seen": "2026-02-20T10:00:00Z",
			"purchases": 1.0, "refunds": 0.0, "fell_back": false, "dormant": false, "at": "2026-03-01T12:00:00Z",
		}, got)

		// As of a time, nothing later has a bearing.
		_, got = get(t, s, "/customers/ada/stage?at=2026-02-19T12:00:00%2B01:00")
		assert.Equal(t, "decision", got["stage"])
		assert.Equal(t, "consideration", got["previous"])
		status, _ = get(t, s, "/customers/ada/stage?at=2026-02-18T09:59:59Z")
		assert.Equal(t, http.StatusNotFound, status)
		_, got = get(t, s, "/customers/ada/stage?at=2026-04-01T00:00:00Z")
		assert.Equal(t, true, got["dormant"])

		_, in = post(t, s, segment, call("m5", "ada", "Order Refunded", "2026-02-25T10:00:00Z", `{"order_id":"o1"}`))
		assert.Equal(t, intake{Accepted: 1}, in)
		_, got = get(t, s, "/customers/ada/stage")
		assert.Equal(t, "post-purchase", got["stage"])
		assert.Equal(t, 1.0, got["refunds"])
	})
}

// A CloudEvent and a call of Segment for the same say the same.
func TestCloudEvents(t *testing.T) {
	s, _ := newService(t, nil)
	event := func(id, kind, data string) string {
		return `{"specversion":"1.0","source":"/shop","id":"` + id + `","type":"` + kind +
			`","subject":"bob","time":"2026-02-20T10:00:0` + id + `Z","data":` + data + `}`
	}
	order := event("1", "com.example.shop.order_completed", `{"order_id":7}`)
	status, in := post(t, s, cloud, order)
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, intake{Accepted: 1}, in)
	status, in = post(t, s, cloudMany+"; charset=utf-8", "["+order+","+event("2", "orderRefunded", `{"order_id":"7"}`)+","+
		event("3", "com.example.shop.unknown", `1`)+"]")
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, intake{Accepted: 1, Duplicates: 1, Ignored: 1}, in)
	_, got := get(t, s, "/customers/bob/stage")
	assert.Equal(t, []any{1.0, 1.0}, []any{got["purchases"], got["refunds"]}, "the refund found its order")
}

func TestLost(t *testing.T) {
	onStores(t, func(t *testing.T, s *service) {
		// Dormant thirty days after the last sign of them: at the end of February.
		for id, last := range map[string]string{
			"ada": "2026-01-25T12:00:00Z", "bob": "2026-01-28T00:00:00Z", "cem": "2026-01-20T00:00:00Z", "dan": "2026-02-20T00:00:00Z",
			"eve": "2026-01-26T00:00:00Z",
		} {
			event := "Cart Viewed"
			if id == "eve" {
				event = "Product Viewed"
			}
			_, in := post(t, s, segment, call(id, id, event, last, ""))
			require.Equal(t, intake{Accepted: 1}, in)
		}
		who := func(query string) (names []any) {
			status, got := get(t, s, "/lost?"+query)
			require.Equal(t, http.StatusOK, status, got)
			for _, c := range got["customers"].([]any) {
				names = append(names, c.(map[string]any)["customer"])
				require.Equal(t, true, c.(map[string]any)["dormant"])
			}
			return append(names, got["more"])
		}
		assert.Equal(t, []any{"ada", "bob", false}, who("stage=decision"))
		assert.Equal(t, []any{"eve", false}, who("stage=consideration"))
		assert.Equal(t, []any{false}, who("stage=purchase"))
		assert.Equal(t, []any{"cem", false}, who("stage=decision&at=2026-02-20T00:00:00Z"), "nobody else was dormant then")
		assert.Equal(t, []any{"ada", "bob", "cem", false}, who("stage=decision&from=2020-01-01T00:00:00Z"))
		assert.Equal(t, []any{"ada", false}, who("stage=decision&to=2026-02-27T00:00:00Z"), "a week before to")
		assert.Equal(t, []any{"ada", true}, who("stage=decision&limit=1"))
		assert.Equal(t, []any{"bob", false}, who("stage=decision&limit=1&after=ada"))

		_, in := post(t, s, segment, `{"type":"page","messageId":"v","userId":"ada","timestamp":"2026-02-28T00:00:00Z"}`)
		require.Equal(t, 1, in.Accepted)
		assert.Equal(t, []any{"bob", false}, who("stage=decision"), "a visit wakes")
	})
}

func TestDelete(t *testing.T) {
	onStores(t, func(t *testing.T, s *service) {
		body := call("m1", "ada", "Order Completed", "2026-02-20T10:00:00Z", `{"order_id":"o1"}`)
		other := call("m2", "bob", "Order Completed", "2026-02-20T10:00:00Z", "")
		_, in := post(t, s, segment, "["+body+","+other+"]")
		require.Equal(t, 2, in.Accepted)
		status, got := ask(t, s, http.MethodDelete, "/customers/ada", "", "")
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, map[string]any{"evidence": 1.0, "orders": 1.0, "first": "2026-02-20T10:00:00Z", "last": "2026-02-20T10:00:00Z"}, got)
		status, _ = get(t, s, "/customers/ada/stage")
		assert.Equal(t, http.StatusNotFound, status)
		status, _ = get(t, s, "/customers/bob/stage")
		assert.Equal(t, http.StatusOK, status)
		status, got = ask(t, s, http.MethodDelete, "/customers/ada", "", "")
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, map[string]any{"evidence": 0.0, "orders": 0.0}, got)
	})
}

// The name of a customer may be any text, as long as it is escaped.
func TestNames(t *testing.T) {
	onStores(t, func(t *testing.T, s *service) {
		for i, name := range []string{"a/b", "//", "..", ".", "a b", "ü+%", "?x=1", "#", "stage", "ada@example.com", strings.Repeat("x", journey.MaxKey)} {
			_, in := post(t, s, segment, call("n"+string(rune('a'+i)), name, "Cart Viewed", "2026-02-20T10:00:00Z", ""))
			require.Equal(t, intake{Accepted: 1}, in, name)
			path := "/customers/" + strings.ReplaceAll(url.PathEscape(name), ".", "%2E")
			status, got := get(t, s, path+"/stage")
			require.Equal(t, http.StatusOK, status, name)
			assert.Equal(t, name, got["customer"])
			_, got = ask(t, s, http.MethodDelete, path, "", "")
			assert.Equal(t, 1.0, got["evidence"], name)
		}
	})
}

func TestBadQueries(t *testing.T) {
	s, _ := newService(t, nil)
	for _, url := range []string{
		"/customers/ada/stage?at=yesterday", "/customers/ada/stage?at=2026-02-19T12:00:00+01:00", "/customers/ada/stage?when=2026-02-19T12:00:00Z",
		"/customers/ada/stage?at=2026-02-19T12:00:00Z&at=2026-02-19T12:00:00Z", "/customers/ada/stage?at=%zz",
		"/lost", "/lost?stage=nowhere", "/lost?stage=", "/lost?stage=decision&from=x", "/lost?stage=decision&to=x", "/lost?stage=decision&at=x",
		"/lost?stage=decision&from=2026-03-02T00:00:00Z", "/lost?stage=decision&limit=0", "/lost?stage=decision&limit=10001", "/lost?stage=decision&limit=x",
		"/lost?stage=decision&since=x",
	} {
		status, got := get(t, s, url)
		assert.Equal(t, http.StatusBadRequest, status, url)
		assert.NotEmpty(t, got["error"], url)
	}
	status, _ := get(t, s, "/healthz")
	assert.Equal(t, http.StatusOK, status)
}
