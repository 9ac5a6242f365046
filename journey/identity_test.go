package journey

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIdentitySharedDevice: a device is the first user's. What happened on it
// before the login goes to that user as well; the second one is a customer of
// their own. (Mixpanel's simplified merge; the failures of rudder-transformer
// 1180 and PostHog 5527.)
func TestIdentitySharedDevice(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	tablet := deviceID("tablet")
	assert.Equal(t, "device:tablet", identityWho(t, d, tablet, 0))

	c := identityLinks(t, d, userID("ann"), tablet, 2)
	assert.Equal(t, []IdentityMove{{Identifier: tablet, Old: "device:tablet", New: "ann"}}, c.Moves)
	assert.Equal(t, []string{"ann", "device:tablet"}, c.Customers())
	assert.Equal(t, "ann", identityWho(t, d, tablet, 0), "before the login")

	c = identityLinks(t, d, userID("bob"), tablet, 5)
	assert.Equal(t, LinkRefused, c.State)
	assert.Equal(t, SecondUser, c.Refusal)
	assert.Empty(t, c.Moves)
	assert.Equal(t, "ann", identityWho(t, d, tablet, 9), "after bob")
	assert.Equal(t, "bob", identityWho(t, d, userID("bob"), 9))
}

// TestIdentityTwoUsersOneDevice: the device changes hands at each sighting.
func TestIdentityTwoUsersOneDevice(t *testing.T) {
	d := identityNew(t, IdentityOptions{Holder: LatestUser})
	phone := deviceID("phone")
	identityLinks(t, d, userID("ann"), phone, 2)
	c := identityLinks(t, d, userID("bob"), phone, 5)
	assert.Equal(t, LinkAccepted, c.State)
	assert.Equal(t, []IdentityMove{{Identifier: phone, From: builderHour(5), Old: "ann", New: "bob"}}, c.Moves)
	identityLinks(t, d, userID("ann"), phone, 8)
	identityLinks(t, d, userID("ann"), phone, 9)
	for hour, want := range []string{"ann", "ann", "ann", "ann", "ann", "bob", "bob", "bob", "ann", "ann", "ann"} {
		assert.Equal(t, want, identityWho(t, d, phone, float64(hour)), "hour %d", hour)
	}
	r, err := d.Resolve(phone, time.Time{})
	require.NoError(t, err)
	assert.Equal(t, Resolution{"ann", userID("ann"), ByUserID}, r)
	assert.Equal(t, []IdentityMember{
		{Identifier: userID("ann")},
		{Identifier: phone, Until: builderHour(5)},
		{Identifier: phone, From: builderHour(8)},
	}, d.Members("ann"))

	c = identityLinks(t, d, userID("cid"), phone, 8) // late, at the time of another
	assert.NotEmpty(t, c.State.String())
	assert.Len(t, d.Members("cid"), 1, "one of the two at hour 8 is replaced at once")
}

// TestIdentityLogoutKeepsAnonymousID: rudder-sdk-js 206, the anonymous id outlives
// the session of the user.
func TestIdentityLogoutKeepsAnonymousID(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	visitor, browser := anonymousID("a1"), deviceID("d1")
	identityLinks(t, d, visitor, browser, 0)
	assert.Equal(t, "anonymous:a1", identityWho(t, d, browser, 0))
	c := identityLinks(t, d, userID("ann"), visitor, 1)
	assert.Equal(t, []IdentityMove{
		{Identifier: visitor, Old: "anonymous:a1", New: "ann"},
		{Identifier: browser, Old: "anonymous:a1", New: "ann"},
	}, c.Moves)
	assert.Equal(t, LinkRefused, identityLinks(t, d, userID("bob"), visitor, 2).State)
	assert.Equal(t, LinkRefused, identityLinks(t, d, userID("bob"), browser, 2).State)
	assert.Equal(t, LinkAccepted, identityLinks(t, d, userID("bob"), deviceID("d2"), 2).State)

	// bob's login turns out to be the earlier one.
	c = identityLinks(t, d, userID("bob"), visitor, 0.5)
	assert.Equal(t, LinkAccepted, c.State)
	assert.Equal(t, []string{"ann", "bob"}, c.Customers())
	assert.Equal(t, "bob", identityWho(t, d, browser, 9))
}

// TestIdentityBridge: two users of one address that a late link would make one.
func TestIdentityBridge(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	home := emailID("home@example.org")
	identityLinks(t, d, userID("ann"), anonymousID("a1"), 1)
	identityLinks(t, d, userID("bob"), anonymousID("b1"), 1)
	identityLinks(t, d, home, anonymousID("a1"), 2)
	c := identityLinks(t, d, home, anonymousID("b1"), 3)
	assert.Equal(t, SecondUser, c.Refusal)
	assert.Equal(t, "ann", identityWho(t, d, home, 3))

	// Taking ann's away lets bob's refused link count, and back.
	c, err := d.Unlink(Unlink{A: anonymousID("a1"), B: emailID(" Home@Example.org "), At: builderHour(4), Source: "support"})
	require.NoError(t, err)
	assert.Equal(t, LinkWithdrawn, c.State)
	assert.Equal(t, []IdentityMove{{Identifier: home, Old: "ann", New: "bob"}}, c.Moves)
	c, err = d.Relink(Unlink{A: home, B: anonymousID("a1"), At: builderHour(5)})
	require.NoError(t, err)
	assert.Equal(t, LinkAccepted, c.State)
	assert.Equal(t, []IdentityMove{{Identifier: home, Old: "bob", New: "ann"}}, c.Moves)
	c, err = d.Relink(Unlink{A: home, B: anonymousID("a1"), At: builderHour(5)})
	require.NoError(t, err)
	assert.True(t, c.Known)
}

func TestIdentityUnlinkByID(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	id := uuid.UUID{1}
	_, err := d.Unlink(Unlink{Link: id, At: builderHour(1)}) // before the link arrives
	require.NoError(t, err)
	c, err := d.Link(Link{ID: id, A: userID("ann"), B: deviceID("d1"), From: builderHour(0)})
	require.NoError(t, err)
	assert.Equal(t, LinkWithdrawn, c.State)
	c = identityLinks(t, d, userID("ann"), deviceID("d1"), 3)
	assert.Equal(t, LinkAccepted, c.State, "another link of the pair counts")
	c, err = d.Unlink(Unlink{Link: c.Link, At: builderHour(4)})
	require.NoError(t, err)
	assert.Equal(t, "device:d1", c.Moves[0].New)
	c, err = d.Relink(Unlink{Link: uuid.UUID{2}, At: builderHour(4)})
	require.NoError(t, err)
	assert.Equal(t, LinkAccepted, c.State, "nothing is against a link to come")
}

// TestIdentityNumberGivenToAnother: a link with an end.
func TestIdentityNumberGivenToAnother(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	number := Identifier{Phone, "+49 (30) 123-456"}
	_, err := d.Link(Link{A: number, B: userID("ann"), From: builderHour(1), Until: builderHour(4)})
	require.NoError(t, err)
	c := identityLinks(t, d, userID("bob"), number, 6)
	assert.Equal(t, LinkAccepted, c.State)
	for hour, want := range map[float64]string{0: "ann", 3.9: "ann", 4: "bob", 7: "bob"} {
		assert.Equal(t, want, identityWho(t, d, Identifier{Phone, "+4930123456"}, hour))
	}
	c = identityLinks(t, d, userID("cid"), number, 2)
	assert.Equal(t, LinkPartlyRefused, c.State, "ann has it until hour 4; then cid was first")
	assert.Equal(t, "cid", identityWho(t, d, number, 7))

	// A known link turns out to be older than the one with an end.
	d = identityNew(t, IdentityOptions{})
	_, err = d.Link(Link{A: userID("ann"), B: number, From: builderHour(3), Until: builderHour(4)})
	require.NoError(t, err)
	identityLinks(t, d, userID("bob"), number, 6)
	assert.Equal(t, "ann", identityWho(t, d, number, 1))
	c = identityLinks(t, d, userID("bob"), number, 2)
	assert.False(t, c.Known)
	assert.Equal(t, []string{"ann", "bob"}, c.Customers())
	assert.Equal(t, "bob", identityWho(t, d, number, 1))

	// A known link gets an end.
	d = identityNew(t, IdentityOptions{})
	c = identityLinks(t, d, userID("ann"), number, 1)
	c, err = d.Link(Link{ID: c.Link, A: userID("ann"), B: number, From: builderHour(2), Until: builderHour(5)})
	require.NoError(t, err)
	assert.Equal(t, []IdentityMove{{Identifier: Identifier{Phone, "+4930123456"}, From: builderHour(5), Old: "ann", New: "phone:+4930123456"}}, c.Moves)
}

// TestIdentityLimits: Segment's defaults, one user id and five of all others.
func TestIdentityLimits(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	for i := range 7 {
		c := identityLinks(t, d, userID("ann"), anonymousID(fmt.Sprintf("a%d", i)), float64(i))
		assert.Equal(t, i >= DefaultKindLimit, c.Refusal == KindLimit, "visitor %d", i)
	}
	// The sixth was there before all others: the last one is left out instead.
	c := identityLinks(t, d, userID("ann"), anonymousID("a5"), -1)
	assert.Equal(t, LinkAccepted, c.State)
	assert.Equal(t, []IdentityMove{
		{Identifier: anonymousID("a4"), Old: "ann", New: "anonymous:a4"},
		{Identifier: anonymousID("a5"), Old: "anonymous:a5", New: "ann"},
	}, c.Moves)
	assert.Equal(t, SecondUser, identityLinks(t, d, userID("ann"), userID("bob"), 1).Refusal)

	d = identityNew(t, IdentityOptions{MaxCluster: 3, Kinds: []KindRule{{Kind: Device, Limit: NoLimit}}})
	for i := range 4 {
		c := identityLinks(t, d, userID("ann"), deviceID(fmt.Sprintf("d%d", i)), float64(i))
		assert.Equal(t, i >= 2, c.Refusal == ClusterSize)
	}
	d = identityNew(t, IdentityOptions{MaxCluster: NoLimit, Kinds: []KindRule{{Kind: Device, Limit: NoLimit}}})
	for i := range 1000 {
		identityLinks(t, d, userID("ann"), deviceID(fmt.Sprintf("d%d", i+1)), float64(i))
	}
	assert.Len(t, d.Members("ann"), 1001)
}

// TestIdentityLateConflict: a link that is refused as things stand, but came before
// the one that stands against it.
func TestIdentityLateConflict(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	home, tablet := emailID("home@example.org"), deviceID("tablet")
	identityLinks(t, d, userID("ann"), anonymousID("a1"), 1)
	identityLinks(t, d, userID("ann"), anonymousID("a2"), 1)
	identityLinks(t, d, home, tablet, 10)
	identityLinks(t, d, home, anonymousID("a1"), 2)
	assert.Equal(t, "ann", identityWho(t, d, tablet, 5))
	c := identityLinks(t, d, userID("bob"), tablet, 5)
	assert.Equal(t, LinkAccepted, c.State)
	assert.Equal(t, []IdentityMove{{Identifier: tablet, Old: "ann", New: "bob"}}, c.Moves)

	// A refused link ends as well where another user is seen.
	d = identityNew(t, IdentityOptions{Holder: LatestUser, Kinds: []KindRule{{Kind: Device, Limit: 1}}})
	identityLinks(t, d, userID("ann"), deviceID("old"), 1)
	assert.Equal(t, KindLimit, identityLinks(t, d, userID("ann"), tablet, 2).Refusal)
	identityLinks(t, d, userID("bob"), tablet, 5)
	assert.Equal(t, "device:tablet", identityWho(t, d, tablet, 4))
	assert.Equal(t, "bob", identityWho(t, d, tablet, 5))
}

// TestIdentityOddLinks: circles, self links, blocked values, links of other times.
func TestIdentityOddLinks(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	a, b, c := anonymousID("a"), deviceID("b"), emailID("c@example.org")
	identityLinks(t, d, a, b, 1)
	identityLinks(t, d, b, c, 2)
	circle := identityLinks(t, d, c, a, 3)
	assert.Equal(t, LinkAccepted, circle.State)
	assert.Empty(t, circle.Moves)
	for _, id := range []Identifier{a, b, c} {
		r, err := d.Resolve(id, builderHour(0))
		require.NoError(t, err)
		assert.Equal(t, Resolution{"email:c@example.org", c, BySmallest}, r)
	}
	self := identityLinks(t, d, a, a, 0)
	assert.Equal(t, SelfLink, self.Refusal)
	for _, value := range []string{"null", "NULL", "-1", "0", "000-000", "-", "anonymous"} {
		blocked := identityLinks(t, d, userID("ann"), anonymousID(value), 1)
		assert.Equal(t, BlockedValue, blocked.Refusal, value)
		r, err := d.Resolve(anonymousID(value), builderHour(0))
		require.NoError(t, err)
		assert.Equal(t, Resolution{Basis: ByNobody}, r, value)
	}
	entries, err := d.Audit(userID("ann"))
	require.NoError(t, err)
	assert.Len(t, entries, 7, "blocked links are not lost")

	old := identityLinks(t, d, userID("bob"), a, -24*365*50)
	assert.Equal(t, LinkAccepted, old.State, "50 years ago")
	assert.Len(t, old.Moves, 3)
	ahead := identityLinks(t, d, userID("eve"), a, 24*365*50)
	assert.Equal(t, SecondUser, ahead.Refusal, "in 50 years: it comes after all others")
}

func TestIdentityLateReceived(t *testing.T) {
	l := Link{A: userID("ann"), B: deviceID("d"), From: builderHour(3), Received: builderHour(1)}
	_, err := identityNew(t, IdentityOptions{}).Link(l)
	require.ErrorIs(t, err, ErrFutureLink)
	_, err = identityNew(t, IdentityOptions{MaxAhead: 2 * time.Hour}).Link(l)
	require.NoError(t, err)
	_, err = identityNew(t, IdentityOptions{MaxAhead: -1}).Link(l)
	require.NoError(t, err)
}

// TestIdentityBadInput: typed errors that hold nothing of the contents, and
// nothing changes.
func TestIdentityBadInput(t *testing.T) {
	const secret = "ann.secret@example.org"
	d := identityNew(t, IdentityOptions{})
	good := Link{A: userID(secret), B: deviceID(secret), From: builderHour(0)}
	huge := strings.Repeat(secret, 1<<20/len(secret))
	for name, test := range map[string]struct {
		bad  func(*Link)
		want error
	}{
		"a megabyte":          {func(l *Link) { l.A.Value = huge }, ErrIdentifierTooLong},
		"a megabyte of blank": {func(l *Link) { l.B.Value = strings.Repeat(" ", 1<<20) }, ErrIdentifierTooLong},
		"kind of a megabyte":  {func(l *Link) { l.A.Kind = IdentifierKind(huge) }, ErrIdentifierTooLong},
		"no value":            {func(l *Link) { l.A.Value = "" }, ErrBadIdentifier},
		"blank value":         {func(l *Link) { l.B.Value = " \t" }, ErrBadIdentifier},
		"no kind":             {func(l *Link) { l.B.Kind = "" }, ErrBadIdentifier},
		"colon in a kind":     {func(l *Link) { l.B.Kind = secret + ":" }, ErrBadIdentifier},
		"not UTF-8":           {func(l *Link) { l.A.Value = secret + "\xff" }, ErrBadIdentifier},
		"no time":             {func(l *Link) { l.From = time.Time{} }, ErrBadLink},
		"year 10000":          {func(l *Link) { l.From = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, ErrBadLink},
		"until year 10000":    {func(l *Link) { l.Until = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, ErrBadLink},
		"ends before":         {func(l *Link) { l.Until = l.From }, ErrBadLink},
		"source too long":     {func(l *Link) { l.Source = huge }, ErrBadLink},
		"source not UTF-8":    {func(l *Link) { l.Source = secret + "\xff" }, ErrBadLink},
	} {
		l := good
		test.bad(&l)
		c, err := d.Link(l)
		assert.ErrorIs(t, err, test.want, name)
		var typed *LinkError
		if assert.ErrorAs(t, err, &typed, name) {
			assert.NotEmpty(t, typed.Field)
			assert.NotContains(t, err.Error(), "secret")
			assert.Less(t, len(err.Error()), 100)
		}
		assert.Zero(t, c)
	}
	for name, u := range map[string]Unlink{
		"no pair":         {At: builderHour(0)},
		"half a pair":     {A: good.A, At: builderHour(0)},
		"no time":         {A: good.A, B: good.B},
		"source too long": {A: good.A, B: good.B, At: builderHour(0), Source: huge},
	} {
		_, err := d.Unlink(u)
		var typed *LinkError
		assert.ErrorAs(t, err, &typed, name)
		assert.NotContains(t, err.Error(), "secret")
	}
	_, err := d.Resolve(Identifier{Device, huge}, time.Time{})
	require.ErrorIs(t, err, ErrIdentifierTooLong)
	_, err = d.Audit(Identifier{Device, huge})
	require.ErrorIs(t, err, ErrIdentifierTooLong)
	assert.Nil(t, d.Members(":"))
	assert.Zero(t, d.Erase(huge))
	assert.Equal(t, identityBytes(t, identityNew(t, IdentityOptions{})), identityBytes(t, d))
	assert.Empty(t, d.nodes)
}

func TestIdentityErase(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	tablet := deviceID("tablet")
	identityLinks(t, d, userID("ann"), tablet, 1)
	identityLinks(t, d, userID("ann"), emailID("ann@example.org"), 1)
	identityLinks(t, d, userID("ann"), anonymousID("null"), 1)
	identityLinks(t, d, userID("bob"), emailID("ann@example.org"), 2) // refused
	identityLinks(t, d, userID("bob"), deviceID("d2"), 2)
	_, err := d.Unlink(Unlink{A: userID("ann"), B: deviceID("d2"), At: builderHour(3)})
	require.NoError(t, err)

	assert.Zero(t, d.Erase("device:tablet"), "it is ann's")
	assert.Zero(t, d.Erase("nobody"))
	e := d.Erase("ann")
	assert.Equal(t, IdentityErasure{
		Identifiers: []Identifier{userID("ann"), emailID("ann@example.org"), tablet},
		Links:       4,
		Unlinks:     1,
	}, e)
	assert.NotContains(t, identityBytes(t, d), "ann")
	entries, err := d.Audit()
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	assert.NotContains(t, fmt.Sprint(entries), "ann")
	assert.Zero(t, d.Erase("ann"))

	// An address that ann took from bob goes back to bob.
	d = identityNew(t, IdentityOptions{})
	identityLinks(t, d, userID("ann"), tablet, 1)
	identityLinks(t, d, anonymousID("a"), tablet, 2)
	c := identityLinks(t, d, userID("bob"), anonymousID("a"), 3)
	assert.Equal(t, SecondUser, c.Refusal)
	_, err = d.Link(Link{A: userID("cid"), B: deviceID("d3"), From: builderHour(1), Until: builderHour(4)})
	require.NoError(t, err)
	identityLinks(t, d, userID("ann"), deviceID("d3"), 5)
	e = d.Erase("ann")
	assert.Equal(t, []Identifier{userID("ann"), anonymousID("a"), tablet}, e.Identifiers, "d3 was cid's as well")
	assert.Equal(t, []IdentityMove{{Identifier: deviceID("d3"), From: builderHour(4), Old: "ann", New: "device:d3"}}, e.Moves)
}

func TestIdentityAudit(t *testing.T) {
	d := identityNew(t, IdentityOptions{})
	tablet := deviceID("tablet")
	link := func(a, b Identifier, hour float64) Link {
		c, err := d.Link(Link{A: a, B: b, From: builderHour(hour), Source: "login"})
		require.NoError(t, err)
		return Link{ID: c.Link, A: a, B: b, From: builderHour(hour), Source: "login"}
	}
	withdrawn := link(userID("bob"), anonymousID("b"), 4)
	refused := link(userID("bob"), tablet, 3)
	joined := link(userID("ann"), tablet, 1)
	self := link(tablet, tablet, 2)
	other := link(userID("cid"), deviceID("d"), 0)
	no := Unlink{A: userID("bob"), B: anonymousID("b"), At: builderHour(4), Source: "a mistake"}
	_, err := d.Unlink(no)
	require.NoError(t, err)
	all, err := d.Audit()
	require.NoError(t, err)
	want := []AuditEntry{
		{At: builderHour(0), Action: AuditJoined, Link: other, CustomerA: "cid", CustomerB: "device:d", Customer: "cid"},
		{At: builderHour(1), Action: AuditJoined, Link: joined, CustomerA: "ann", CustomerB: "device:tablet", Customer: "ann"},
		{At: builderHour(2), Action: AuditRefused, Link: self, Refusal: SelfLink, CustomerA: "ann", CustomerB: "ann"},
		{At: builderHour(3), Action: AuditRefused, Link: refused, Refusal: SecondUser, CustomerA: "bob", CustomerB: "ann"},
		{At: builderHour(4), Action: AuditWithdrawn, Link: withdrawn},
		{At: builderHour(4), Action: AuditUnlinked, Unlink: no},
	}
	assert.Equal(t, want, all)
	some, err := d.Audit(userID("bob"))
	require.NoError(t, err)
	assert.Equal(t, want[3:], some)
}

// TestIdentityConcurrent is for the race detector; the outcome depends on no order.
func TestIdentityConcurrent(t *testing.T) {
	whole, d := identityNew(t, IdentityOptions{}), identityNew(t, IdentityOptions{})
	tell := func(d *Identity, i int) error {
		_, err := d.Link(Link{A: userID(fmt.Sprint("u", i%7)), B: deviceID(fmt.Sprint("d", i%11)), From: builderHour(float64(i))})
		return err
	}
	var wg sync.WaitGroup
	var errs [4]error
	for g := range errs {
		wg.Go(func() {
			for i := g; i < 200; i += len(errs) {
				_, err := d.Resolve(deviceID(fmt.Sprint("d", i%11)), time.Time{})
				errs[g] = errors.Join(errs[g], err, tell(d, i))
				d.Members("u1")
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs[:]...))
	for i := range 200 {
		require.NoError(t, tell(whole, i))
	}
	assert.Equal(t, identityBytes(t, whole), identityBytes(t, d))
}
