package touchpoint

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testKey = "KEY-of-thirty-two-bytes-or-more!"

func pseudonymizer(t testing.TB, key string, o PseudonymOptions) *Pseudonymizer {
	t.Helper()
	p, err := NewPseudonymizer([]byte(key), o)
	require.NoError(t, err)
	return p
}

// The pseudonym is what its comment says, written out with the standard library.
func TestPseudonymIsFixed(t *testing.T) {
	p := pseudonymizer(t, testKey, PseudonymOptions{})
	mac := hmac.New(sha256.New, []byte(testKey))
	mac.Write([]byte("customer\x00ann@example.com"))
	want := strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:20]))
	assert.Equal(t, want, p.Customer("ann@example.com"))
	assert.Len(t, want, 32)
	assert.Equal(t, "", p.Customer(""), "nobody stays nobody")

	id := uuid.MustParse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
	mac = hmac.New(sha256.New, []byte(testKey))
	mac.Write(append([]byte("id\x00"), id[:]...))
	sum := mac.Sum(nil)
	got := p.ID(id)
	assert.Equal(t, sum[0], got[0])
	assert.Equal(t, sum[15], got[15])
	assert.Equal(t, uuid.Version(8), got.Version())
	assert.Equal(t, uuid.RFC4122, got.Variant())
	assert.Equal(t, uuid.Nil, p.ID(uuid.Nil))
}

func TestPseudonymsAreStableAndKeyed(t *testing.T) {
	p, same := pseudonymizer(t, testKey, PseudonymOptions{}), pseudonymizer(t, testKey, PseudonymOptions{Properties: []string{"x"}})
	other := pseudonymizer(t, testKey+"2", PseudonymOptions{})
	rng := rand.New(rand.NewPCG(1, 2))
	seen := make(map[string]string)
	for range 2000 {
		customer := randomText(rng)
		got := p.Customer(customer)
		require.Equal(t, got, p.Customer(customer))
		require.Equal(t, got, same.Customer(customer), "the key alone decides")
		require.NotEqual(t, got, other.Customer(customer))
		if before, ok := seen[got]; ok {
			require.Equal(t, before, customer)
		}
		seen[got] = customer
	}
	// The key given is copied.
	key := []byte(testKey)
	q, err := NewPseudonymizer(key, PseudonymOptions{})
	require.NoError(t, err)
	clear(key)
	assert.Equal(t, p.Customer("c"), q.Customer("c"))
}

func TestPseudonymizerOfTouchpoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	p := pseudonymizer(t, testKey, PseudonymOptions{})
	keeps := pseudonymizer(t, testKey, PseudonymOptions{Properties: []string{"page", "absent"}, KeepContent: true, KeepTerm: true, KeepCode: true})
	for range 200 {
		in := randomTouchpoint(rng)
		in.Properties = map[string]string{"mail": "ann@example.com", "page": "/home"}
		before, err := AppendJSON(nil, &in)
		require.NoError(t, err)

		got := p.Touchpoint(in)
		want := in
		want.Customer, want.ID, want.Properties = p.Customer(in.Customer), p.ID(in.ID), nil
		want.Campaign.Content, want.Campaign.Term, want.Campaign.Code = "", "", ""
		require.Equal(t, want, got)
		require.NoError(t, got.Validate())

		got = keeps.Touchpoint(in)
		want.Campaign = in.Campaign
		want.Properties = map[string]string{"page": "/home"}
		require.Equal(t, want, got)
		got.Properties["page"] = "changed"
		after, err := AppendJSON(nil, &in)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "what came in stays")
	}
}

func TestPseudonymizerStream(t *testing.T) {
	p, broken := pseudonymizer(t, testKey, PseudonymOptions{}), errors.New("broken")
	n, errs := 0, 0
	for tp, err := range p.All(consentStream(broken, Consent{noPurposes}, Consent{noPurposes}, Consent{noPurposes})) {
		if err != nil {
			require.Equal(t, broken, err)
			require.Equal(t, Touchpoint{}, tp)
			errs++
			continue
		}
		assert.Equal(t, p.Customer(noPurposes), tp.Customer)
		if n++; n == 2 {
			break
		}
	}
	assert.Equal(t, 2, n)
	assert.Equal(t, 2, errs)
}

func TestPseudonymKeyTooShort(t *testing.T) {
	for _, key := range []string{"", testKey[:31]} {
		p, err := NewPseudonymizer([]byte(key), PseudonymOptions{})
		require.ErrorIs(t, err, ErrPseudonymKey)
		assert.Nil(t, p)
		assert.NotContains(t, err.Error(), "KEY")
	}
}

// The key is never printed: not by any verb, not from within another struct, not as
// JSON, not by a logger.
func TestPseudonymizerHidesItsKey(t *testing.T) {
	p := pseudonymizer(t, testKey, PseudonymOptions{})
	type inner struct {
		Exported Pseudonymizer
		hidden   Pseudonymizer
		pointer  *Pseudonymizer
	}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
		fmt.Fprintf(&b, verb+"\n", p)
		fmt.Fprintf(&b, verb+"\n", *p)
		fmt.Fprintf(&b, verb+"\n", inner{*p, *p, p})
		fmt.Fprintf(&b, verb+"\n", []any{p, *p, map[string]*Pseudonymizer{"p": p}})
	}
	fmt.Fprintln(&b, p.String())
	data, err := json.Marshal([]any{p, *p, inner{*p, *p, p}})
	require.NoError(t, err)
	b.Write(data)
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("log", "p", p, "v", *p, "s", inner{*p, *p, p})
	}
	assert.Contains(t, b.String(), "touchpoint.Pseudonymizer")
	for _, form := range []string{testKey, testKey[:8], hex.EncodeToString([]byte(testKey[:8])), strings.ToUpper(hex.EncodeToString([]byte(testKey[:8]))), "75 69 89"} {
		assert.NotContains(t, b.String(), form)
	}
}

func TestPseudonymizerIsConcurrent(t *testing.T) {
	p := pseudonymizer(t, testKey, PseudonymOptions{})
	want := p.Customer("c")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				assert.Equal(t, want, p.Customer("c"))
			}
		})
	}
	wg.Wait()
}

func BenchmarkPseudonymizer(b *testing.B) {
	p := pseudonymizer(b, testKey, PseudonymOptions{})
	t := Touchpoint{Customer: "customer-17", ID: uuid.UUID{1}, Properties: map[string]string{"page": "/home"}}
	b.ReportAllocs()
	for b.Loop() {
		_ = p.Touchpoint(t)
	}
}
