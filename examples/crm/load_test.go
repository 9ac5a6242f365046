package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

func dial(t *testing.T, c *child) net.Conn {
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// load is a stream of touchpoints, in order of time, and the bodies in which they
// are sent.
type load struct {
	touches []touchpoint.Touchpoint
	bodies  []body
}

type body struct {
	media  string
	text   []byte
	events int
}

// newLoad makes n touchpoints, all of which match a rule.
func newLoad(n, customers int) load {
	rng := rand.New(rand.NewPCG(5, 17))
	kinds := []string{
		"Promotion Viewed", "Product List Viewed", "Product Viewed", "Product Added", "Cart Viewed",
		"Checkout Started", "Order Completed", "Order Completed", "Order Refunded", "Product Reviewed",
	}
	var l load
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		var id uuid.UUID
		for i := range id {
			id[i] = byte(rng.Uint32())
		}
		at = at.Add(time.Duration(rng.Int64N(int64(90 * 24 * time.Hour / time.Duration(n)))))
		t := touchpoint.Touchpoint{
			ID: id, Customer: fmt.Sprintf("customer/%03d", rng.IntN(customers)), Time: at,
			Kind: touchpoint.Kind(kinds[rng.IntN(len(kinds))]), Properties: map[string]string{},
		}
		if strings.HasPrefix(string(t.Kind), "Order") {
			t.Properties["order_id"] = fmt.Sprintf("%s-%d", t.Customer, rng.IntN(4))
		}
		l.touches = append(l.touches, t)
	}
	for rest := rng.Perm(n); len(rest) > 0; {
		k := min(1+rng.IntN(20), len(rest))
		calls := make([]map[string]any, k)
		for i, at := range rest[:k] {
			t := &l.touches[at]
			calls[i] = map[string]any{
				"type": "track", "messageId": t.ID, "userId": t.Customer, "event": t.Kind, "timestamp": t.Time, "properties": t.Properties,
			}
		}
		text, _ := json.Marshal(map[string]any{"batch": calls, "sentAt": "2026-04-01T00:00:00Z"})
		l.bodies = append(l.bodies, body{segment, text, k})
		rest = rest[k:]
	}
	return l
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}

// send posts a body and returns what became of it. An error means that there was no
// answer.
func (b body) send(url string) (in intake, status int, err error) {
	answer, err := client.Post(url+"/events", b.media, bytes.NewReader(b.text))
	if err != nil {
		return in, 0, err
	}
	defer drain(answer.Body)
	return in, answer.StatusCode, json.NewDecoder(answer.Body).Decode(&in)
}

// sendAll sends the bodies from several clients, and adds up what became of them.
func sendAll(t *testing.T, url string, bodies []body) (sum intake) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	var next atomic.Int64
	for range 4 {
		clients.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(bodies)); i = next.Add(1) - 1 {
				in, status, err := bodies[i].send(url)
				if !assert.NoError(t, err) || !assert.Equal(t, http.StatusAccepted, status) {
					return
				}
				mu.Lock()
				sum.Accepted += in.Accepted
				sum.Duplicates += in.Duplicates
				sum.Ignored += in.Ignored
				sum.Bad += in.Bad
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	return sum
}

func eventsIn(bodies []body) (n int) {
	for _, b := range bodies {
		n += b.events
	}
	return n
}

// sendUntilKilled sends the bodies from several clients, some of them twice, and
// kills the service when half of them have been answered. It returns those that
// were answered.
func sendUntilKilled(t *testing.T, c *child, bodies []body) (acknowledged []body) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	var next atomic.Int64
	for i := range 4 {
		rng := rand.New(rand.NewPCG(6, uint64(i)))
		clients.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(bodies)); i = next.Add(1) - 1 {
				_, status, err := bodies[i].send(c.url)
				if err == nil && rng.IntN(4) == 0 {
					_, status, err = bodies[i].send(c.url)
				}
				if err != nil {
					return // killed
				}
				if !assert.Equal(t, http.StatusAccepted, status) {
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, bodies[i])
				half := len(acknowledged) == len(bodies)/2
				mu.Unlock()
				if half {
					assert.NoError(t, c.Process.Kill())
				}
			}
		})
	}
	clients.Wait()
	c.kill()
	return acknowledged
}

// TestLoad: events from several clients, some twice; kill -9 in the middle; restart;
// all once more. No event is lost or doubled.
func TestLoad(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "crm.db")
		testLoad(t, config{db: path}, "--db", path)
	})
	t.Run("postgresql", func(t *testing.T) {
		dsn := newPostgreSQL(t).String()
		testLoad(t, config{postgres: dsn}, "--postgres", dsn)
	})
}

func testLoad(t *testing.T, c config, args ...string) {
	n, customers := 3000, 150
	if testing.Short() {
		n, customers = 600, 30
	}
	l := newLoad(n, customers)
	service := start(t, args...)
	begin := time.Now()
	acknowledged := sendUntilKilled(t, service, l.bodies)
	require.GreaterOrEqual(t, len(acknowledged), len(l.bodies)/2)
	require.Less(t, len(acknowledged), len(l.bodies), "the kill came in the middle")
	t.Logf("%d events answered in %v, then killed", eventsIn(acknowledged), time.Since(begin))

	// What was answered was durable: nothing of it is new.
	service = start(t, args...)
	assert.Equal(t, intake{Duplicates: eventsIn(acknowledged)}, sendAll(t, service.url, acknowledged))
	// Redelivered in another order, what was missing comes in, and nothing twice.
	rng := rand.New(rand.NewPCG(7, 7))
	rng.Shuffle(len(l.bodies), func(i, j int) { l.bodies[i], l.bodies[j] = l.bodies[j], l.bodies[i] })
	sum := sendAll(t, service.url, l.bodies)
	assert.Equal(t, intake{Accepted: sum.Accepted, Duplicates: n - sum.Accepted}, sum)
	assert.Positive(t, sum.Accepted)
	assert.Less(t, sum.Accepted, n-eventsIn(acknowledged)+1)

	// The state is that of a tracker that saw each event once, in order.
	clean := newTracker(t, nil)
	for i := range l.touches {
		_, err := clean.Observe(context.Background(), &l.touches[i])
		require.NoError(t, err)
	}
	compareAnswers(t, service, clean, customers)
	service.kill()
	compareStores(t, c, clean)
	assert.NotContains(t, service.book.String(), "customer/", "in the log")
}

// compareAnswers compares what the service says of each customer, now and before,
// and who was lost.
func compareAnswers(t *testing.T, service *child, clean *journey.Tracker, customers int) {
	compare := func(path string, want any) {
		answer, err := client.Get(service.url + path)
		require.NoError(t, err)
		defer drain(answer.Body)
		require.Equal(t, http.StatusOK, answer.StatusCode, path)
		got, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		text, err := json.Marshal(want)
		require.NoError(t, err)
		require.Equal(t, string(text)+"\n", string(got))
	}
	ctx := context.Background()
	for i := range customers {
		at := time.Date(2026, 3, 1+i%60, 0, 0, 0, 0, time.UTC)
		where, err := clean.Current(ctx, fmt.Sprintf("customer/%03d", i), at)
		require.NoError(t, err)
		compare(fmt.Sprintf("/customers/customer%%2F%03d/stage?at=%s", i, at.Format(time.RFC3339)), newStanding(where, at))
	}
	to, found := time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC), 0
	for _, step := range rules().Model.Steps {
		want := lost{Stage: step.Stage, From: to.AddDate(0, 0, -30), To: to, At: to, Customers: []standing{}}
		for where, err := range clean.LostAt(ctx, want.Stage, want.From, want.To, want.At) {
			require.NoError(t, err)
			want.Customers = append(want.Customers, newStanding(where, to))
		}
		compare("/lost?stage="+string(step.Stage)+"&from=2026-03-11T00:00:00Z&at="+to.Format(time.RFC3339), want)
		found += len(want.Customers)
	}
	require.Positive(t, found)
}

// compareStores compares all that the database holds with what it should.
func compareStores(t *testing.T, c config, clean *journey.Tracker) {
	ctx := context.Background()
	db, store, err := c.open(ctx)
	require.NoError(t, err)
	defer db.Close()
	var got, want bytes.Buffer
	require.NoError(t, newTracker(t, store).Snapshot(ctx, &got))
	require.NoError(t, clean.Snapshot(ctx, &want))
	require.True(t, bytes.Equal(want.Bytes(), got.Bytes()), "snapshots differ")
}
