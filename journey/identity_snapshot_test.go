package journey

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func identitySample(t testing.TB) *Identity {
	t.Helper()
	d := identityNew(t, IdentityOptions{})
	identityLinks(t, d, userID("ann"), anonymousID("a1"), 2)
	_, err := d.Link(Link{
		ID: uuid.UUID{1}, A: Identifier{Phone, "+49 30 1"}, B: userID(`a:"b"`),
		From: builderHour(0.5), Until: builderHour(3), Source: "import <1>",
	})
	require.NoError(t, err)
	_, err = d.Unlink(Unlink{Link: uuid.UUID{1}, At: builderHour(1), Source: "support"})
	require.NoError(t, err)
	_, err = d.Relink(Unlink{A: anonymousID("a1"), B: userID("ann"), At: builderHour(1)})
	require.NoError(t, err)
	return d
}

func TestIdentitySnapshot(t *testing.T) {
	const want = `{"version":1,"links":[
{"id":"01000000-0000-0000-0000-000000000000","a":"user:a:\"b\"","b":"phone:+49301","from":"2024-03-01T00:30:00Z","until":"2024-03-01T03:00:00Z","source":"import \u003c1\u003e"},
{"id":"3565dda5-444a-50f9-b087-d558764f8339","a":"user:ann","b":"anonymous:a1","from":"2024-03-01T02:00:00Z"}
],"unlinks":[
{"a":"user:ann","b":"anonymous:a1","at":"2024-03-01T01:00:00Z","relink":true},
{"link":"01000000-0000-0000-0000-000000000000","at":"2024-03-01T01:00:00Z","source":"support"}
]}
`
	d := identitySample(t)
	assert.Equal(t, want, identityBytes(t, d))
	again := identityNew(t, IdentityOptions{})
	require.NoError(t, again.Restore(strings.NewReader(want)))
	assert.Equal(t, want, identityBytes(t, again))
	require.NoError(t, again.Restore(strings.NewReader(want)), "twice is once")
	assert.Equal(t, want, identityBytes(t, again))
	assert.Equal(t, "ann", identityWho(t, again, anonymousID("a1"), 0))

	require.Error(t, d.Snapshot(identityFullWriter{}))
}

type identityFullWriter struct{}

func (identityFullWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestIdentityRestoreRefuses(t *testing.T) {
	good := identityBytes(t, identitySample(t))
	link := `{"version":1,"links":[` + `{"id":"00000000-0000-0000-0000-000000000001","a":"user:secret","b":"device:d","from":"2024-01-01T00:00:00Z"}` + `],"unlinks":[]}`
	require.NoError(t, identityNew(t, IdentityOptions{}).Restore(strings.NewReader(link)))
	for name, text := range map[string]string{
		"empty":           ``,
		"another type":    `[]`,
		"no version":      `{"links":[],"unlinks":[]}`,
		"version 2":       `{"version":2,"links":[],"unlinks":[]}`,
		"no links":        `{"version":1,"unlinks":[]}`,
		"links no array":  `{"version":1,"links":{},"unlinks":[]}`,
		"cut off":         good[:len(good)/2],
		"no end":          strings.TrimSuffix(good, "}\n"),
		"no end of array": strings.TrimSuffix(good, "]}\n"),
		"more behind":     good + "{}",
		"unknown field":   strings.Replace(link, `"from"`, `"secret"`, 1),
		"no id":           strings.Replace(link, "000000000001", "000000000000", 1),
		"bad id":          strings.Replace(link, "00000000-", "secret", 1),
		"bad time":        strings.Replace(link, "2024-01-01T", "secret", 1),
		"zero time":       strings.Replace(link, "2024-", "0001-", 1),
		"bad kind":        strings.Replace(link, "device:", "secret A:", 1),
		"too long":        strings.Replace(link, "device:", "device:"+strings.Repeat("secret", 1<<18), 1),
		"bad unlink":      strings.Replace(link, `"unlinks":[`, `"unlinks":[{"at":"2024-01-01T00:00:00Z"}`, 1),
		"bad unlink type": strings.Replace(link, `"unlinks":[`, `"unlinks":["secret"`, 1),
		"nested":          `{"version":1,"links":[` + strings.Repeat("[", 20000),
	} {
		d := identitySample(t)
		err := d.Restore(strings.NewReader(text))
		require.ErrorIs(t, err, ErrIdentitySnapshot, name)
		assert.NotContains(t, err.Error(), "secret", name)
		assert.Equal(t, good, identityBytes(t, d), name)
	}
	gone := errors.New("gone")
	err := identityNew(t, IdentityOptions{}).Restore(iotest.ErrReader(gone))
	require.ErrorIs(t, err, gone)
}

func FuzzIdentityRestore(f *testing.F) {
	f.Add([]byte(identityBytes(f, identitySample(f))))
	f.Add([]byte(`{"version":1,"links":[],"unlinks":[]}`))
	f.Add([]byte(`{"version":1,"links":[{"id":"00000000-0000-0000-0000-000000000001","a":"email: A","b":"email:b","from":"2024-01-01T00:00:00+01:00","until":"2025-01-01T00:00:00Z"}],"unlinks":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := identityNew(t, IdentityOptions{Holder: LatestUser})
		if d.Restore(bytes.NewReader(data)) != nil {
			require.Empty(t, d.nodes)
			return
		}
		text := identityBytes(t, d)
		again := identityNew(t, IdentityOptions{Holder: LatestUser})
		require.NoError(t, again.Restore(strings.NewReader(text)))
		require.Equal(t, text, identityBytes(t, again))
		_, err := d.Audit()
		require.NoError(t, err)
	})
}

func FuzzIdentifierText(f *testing.F) {
	f.Add([]byte("user:u1"))
	f.Add([]byte("loyalty.card: a:b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var id Identifier
		if id.UnmarshalText(text) != nil {
			return
		}
		back, err := id.MarshalText()
		require.NoError(t, err)
		require.Equal(t, string(text), string(back))
		same, err := CustomerIdentifier(id.Customer())
		require.NoError(t, err)
		require.Equal(t, id, same)
	})
}
