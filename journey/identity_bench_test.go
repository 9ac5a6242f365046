package journey

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// identityMillion are links of customers with a user id, visitors, a device and an
// address, some devices shared, in the order of time but for one in ten.
func identityMillion(n int) []Link {
	rng := rand.New(rand.NewPCG(1, 2))
	links := make([]Link, n)
	for i := range links {
		user := rng.IntN(n/4 + 1)
		other := Identifier{AnonymousID, fmt.Sprintf("visitor-%d-%d", user, rng.IntN(3))}
		switch rng.IntN(4) {
		case 0:
			other = Identifier{Device, fmt.Sprintf("device-%d", user/2)} // shared by two
		case 1:
			other = Identifier{Email, fmt.Sprintf("user%d@example.org", user)}
		}
		at := i
		if rng.IntN(10) == 0 {
			at -= rng.IntN(i + 1)
		}
		links[i] = Link{A: Identifier{UserID, fmt.Sprintf("user-%d", user)}, B: other, From: builderEpoch.Add(time.Duration(at) * time.Second)}
	}
	return links
}

// BenchmarkIdentityLink tells a million links one by one. The floor is to enter
// their identifiers into a map.
func BenchmarkIdentityLink(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		links := identityMillion(identitySize())
		for b.Loop() {
			seen := make(map[Identifier]*Link)
			for i := range links {
				seen[links[i].A], seen[links[i].B] = &links[i], &links[i]
			}
		}
		b.ReportMetric(float64(len(links))*float64(b.N)/b.Elapsed().Seconds(), "links/s")
	})
	for _, holder := range []Holder{FirstUser, LatestUser} {
		b.Run(holder.String(), func(b *testing.B) {
			links := identityMillion(identitySize())
			b.ReportAllocs()
			for b.Loop() {
				d := identityNew(b, IdentityOptions{Holder: holder})
				for i := range links {
					if _, err := d.Link(links[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(links))*float64(b.N)/b.Elapsed().Seconds(), "links/s")
		})
	}
}

func identitySize() int {
	if testing.Short() {
		return 10_000
	}
	return 1_000_000
}

// BenchmarkIdentityKiosk: one device, a new user each time, told in order of time;
// and with one late link, which has everything decided again.
func BenchmarkIdentityKiosk(b *testing.B) {
	const users = 10_000
	kiosk := deviceID("kiosk")
	for b.Loop() {
		d := identityNew(b, IdentityOptions{})
		for i := range users {
			_, err := d.Link(Link{A: userID(fmt.Sprint("u", i)), B: kiosk, From: builderEpoch.Add(time.Duration(i) * time.Second)})
			require.NoError(b, err)
		}
		c, err := d.Link(Link{A: userID("late"), B: kiosk, From: builderEpoch.Add(-time.Second)})
		require.NoError(b, err)
		require.Equal(b, []string{"late", "u0"}, c.Customers())
	}
	b.ReportMetric(users*float64(b.N)/b.Elapsed().Seconds(), "links/s")
}

func BenchmarkIdentityResolve(b *testing.B) {
	links := identityMillion(100_000)
	d := identityNew(b, IdentityOptions{})
	for i := range links {
		_, err := d.Link(links[i])
		require.NoError(b, err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := d.Resolve(links[i%len(links)].B, links[i%len(links)].From); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkIdentitySeenAgain: a link that is known, the usual case.
func BenchmarkIdentitySeenAgain(b *testing.B) {
	d := identityNew(b, IdentityOptions{})
	l := Link{A: userID("ann"), B: deviceID("tablet"), From: builderEpoch}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Link(l); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIdentityRestore(b *testing.B) {
	links := identityMillion(100_000)
	d := identityNew(b, IdentityOptions{})
	for i := range links {
		_, err := d.Link(links[i])
		require.NoError(b, err)
	}
	var text bytes.Buffer
	require.NoError(b, d.Snapshot(&text))
	for b.Loop() {
		require.NoError(b, identityNew(b, IdentityOptions{}).Restore(bytes.NewReader(text.Bytes())))
	}
	b.ReportMetric(float64(len(links))*float64(b.N)/b.Elapsed().Seconds(), "links/s")
}
