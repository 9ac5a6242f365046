package journey

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIdentifierCustomer(t *testing.T) {
	for id, want := range map[Identifier]string{
		userID("u1"):               "u1",
		userID("anonymous:u1"):     "user:anonymous:u1",
		userID("user:u1"):          "user:user:u1",
		anonymousID("u1"):          "anonymous:u1",
		{"loyalty.card", "a:b"}:    "loyalty.card:a:b",
		emailID("ann@example.org"): "email:ann@example.org",
	} {
		assert.Equal(t, want, id.Customer())
		back, err := CustomerIdentifier(want)
		require.NoError(t, err)
		assert.Equal(t, id, back)
	}
	for _, bad := range []string{"", ":", "a:", "A:x", "\xff", strings.Repeat("x", MaxIdentifier)} {
		_, err := CustomerIdentifier(bad)
		assert.Error(t, err)
	}
}

func TestIdentifierText(t *testing.T) {
	id := Identifier{"x-1", "a:b c"}
	text, err := id.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "x-1:a:b c", string(text))
	var back Identifier
	require.NoError(t, back.UnmarshalText(text))
	assert.Equal(t, id, back)
	require.ErrorIs(t, back.UnmarshalText([]byte("secret")), ErrBadIdentifier)
	assert.Equal(t, id, back)
	_, err = Identifier{}.MarshalText()
	require.ErrorIs(t, err, ErrBadIdentifier)
}

func TestIdentityNormalise(t *testing.T) {
	d := identityNew(t, IdentityOptions{Kinds: []KindRule{
		{Kind: Device, Normalise: strings.ToUpper},
		{Kind: AnonymousID, Normalise: func(string) string { return "" }},
	}})
	for id, want := range map[Identifier]string{
		emailID("\u00a0Ann@Example.ORG \n"): "ann@example.org",
		{Phone, " +49 (30) 12-34.5/6"}:      "+4930123456",
		userID(" Ann "):                     "Ann",
		deviceID("ab-c"):                    "AB-C",
		{"card", " X 1 "}:                   "X 1",
	} {
		got, err := d.Normalise(id)
		require.NoError(t, err)
		assert.Equal(t, Identifier{id.Kind, want}, got)
		again, err := d.Normalise(got)
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
	_, err := d.Normalise(anonymousID("x"))
	require.ErrorIs(t, err, ErrBadIdentifier)
}

// TestLowerTwice: lower case is a normal form for every character.
func TestLowerTwice(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if once := strings.ToLower(string(r)); strings.ToLower(once) != once {
			t.Fatalf("%U", r)
		}
	}
}

func TestIdentityOptionsValidate(t *testing.T) {
	require.NoError(t, IdentityOptions{}.Validate())
	require.NoError(t, IdentityOptions{Kinds: DefaultKinds(), MaxCluster: NoLimit}.Validate())
	_, err := NewIdentity(IdentityOptions{
		Kinds:  []KindRule{{Kind: "A"}, {Kind: Email}, {Kind: Email}, {Kind: Phone, Limit: -2}, {Kind: UserID, Limit: 2}},
		Holder: 9, MaxCluster: -2,
	})
	require.Error(t, err)
	assert.Equal(t, []string{
		"journey: IdentityOptions.Kinds[0].Kind: not a name of a-z, 0-9, '_', '-' and '.'",
		"journey: IdentityOptions.Kinds[2].Kind: given twice",
		"journey: IdentityOptions.Kinds[3].Limit: negative",
		"journey: IdentityOptions.Kinds[4].Limit: a customer has one user id at most",
		"journey: IdentityOptions.MaxCluster: negative",
		"journey: IdentityOptions.Holder: no such policy",
	}, strings.Split(err.Error(), "\n"))
}

type identityEnum interface {
	~uint8
	String() string
	MarshalText() ([]byte, error)
}

func checkIdentityEnum[E identityEnum](t *testing.T, names []string, unmarshal func(*E, []byte) error) {
	t.Helper()
	for i, name := range names {
		text, err := E(i).MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(text))
		assert.Equal(t, name, E(i).String())
		var back E
		require.NoError(t, unmarshal(&back, text))
		assert.Equal(t, E(i), back)
		require.Error(t, unmarshal(&back, []byte("nothing")))
		assert.Equal(t, E(i), back)
	}
	_, err := E(99).MarshalText()
	require.Error(t, err)
	assert.Contains(t, E(99).String(), "(99)")
}

func TestIdentityEnums(t *testing.T) {
	checkIdentityEnum(t, holderNames, (*Holder).UnmarshalText)
	checkIdentityEnum(t, linkStateNames, (*LinkState).UnmarshalText)
	checkIdentityEnum(t, refusalNames, (*Refusal).UnmarshalText)
	checkIdentityEnum(t, basisNames, (*Basis).UnmarshalText)
	checkIdentityEnum(t, auditActionNames, (*AuditAction).UnmarshalText)
}
