package touchpoint_test

import (
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// TestGroupRules has every rule of the default channel group, and the cases where
// others go wrong.
func TestGroupRules(t *testing.T) {
	for _, c := range []struct {
		source, medium, name string
		category             touchpoint.Category
		want                 touchpoint.Channel
	}{
		{"(direct)", "(none)", "", "", "Direct"},
		{"(Direct)", "(NOT SET)", "", "", "Direct"},
		{"(direct)", "", "", "", "Unassigned"},
		{"any", "cpc", "My Cross-Network", "", "Cross-network"},
		{"any", "cpc", "eShop", "", "Paid Shopping"},
		{"any", "retargeting", "x", touchpoint.ShoppingSite, "Paid Shopping"},
		{"any", "CPC", "", touchpoint.SearchSite, "Paid Search"},
		{"any", "cpm", "", touchpoint.SearchSite, "Paid Search"},
		{"any", "paid", "", touchpoint.SocialSite, "Paid Social"},
		{"any", "ppc", "", touchpoint.VideoSite, "Paid Video"},
		{"any", "cpm", "", "", "Display"},
		{"any", "Banner", "", touchpoint.SearchSite, "Display"},
		{"any", "expandable", "", "", "Display"},
		{"any", "interstitial", "", "", "Display"},
		{"any", "display", "", "", "Display"},
		{"any", "paidmail", "", "", "Paid Other"},
		{"any", "unpaid", "", "", "Unassigned"},
		{"any", "xcpx", "", "", "Paid Other"},
		{"chatgpt.com", "ai-assistant", "(ai-assistant)", "", "AI Assistant"},
		{"chatgpt.com", "ai-assistant", "", "", "Unassigned"},
		{"any", "", "e-shop", "", "Organic Shopping"},
		{"any", "", "shop", "", "Organic Shopping"},
		{"any", "", "workshop shopping", "", "Organic Shopping"},
		{"any", "", "workshop e-shop", "", "Organic Shopping"},
		{"any", "", "workshop barbershop", "", "Unassigned"},
		{"any", "", "Barbershop", "", "Unassigned"},
		{"any", "", "x1shop", "", "Organic Shopping"},
		{"any", "", "éshop", "", "Organic Shopping"},
		{"any", "Social Network", "", "", "Organic Social"},
		{"any", "sm", "", "", "Organic Social"},
		{"any", "referral", "", touchpoint.SocialSite, "Organic Social"},
		{"any", "my-Video-ad", "", "", "Organic Video"},
		{"any", "referral", "", touchpoint.VideoSite, "Organic Video"},
		{"any", "Organic", "", "", "Organic Search"},
		{"any", "referral", "", touchpoint.SearchSite, "Organic Search"},
		{"any", "referral", "", "", "Referral"},
		{"any", "app", "", "", "Referral"},
		{"any", "link", "", "", "Referral"},
		{"E-Mail", "x", "", "", "Email"},
		{"any", "e mail", "", "", "Email"},
		{"any", "e_mail", "", "", "Email"},
		{"any", "emailing", "", "", "Unassigned"},
		{"any", "newsletter", "", "", "Unassigned"},
		{"any", "affiliate", "", "", "Affiliates"},
		{"any", "affiliates", "", "", "Unassigned"},
		{"any", "audio", "", "", "Audio"},
		{"SMS", "", "", "", "SMS"},
		{"any", "sms", "", "", "SMS"},
		{"any", "web_push", "", "", "Mobile Push Notifications"},
		{"any", "pushed", "", "", "Unassigned"},
		{"any", "mobile-app", "", "", "Mobile Push Notifications"},
		{"any", "notifications", "", "", "Mobile Push Notifications"},
		{"Firebase", "", "", "", "Mobile Push Notifications"},
		{"", "", "", "", "Unassigned"},
	} {
		g := touchpoint.Grouping{Categories: touchpoint.Categories{}}
		got, rule := g.Group(touchpoint.Traffic{Source: c.source, Medium: c.medium, Name: c.name, Category: c.category})
		assert.Equal(t, c.want, got, "%q %q %q %q", c.source, c.medium, c.name, c.category)
		if got == touchpoint.Unassigned {
			assert.Empty(t, rule)
		} else {
			assert.Equal(t, string(got), rule)
		}
	}
}

// TestGroupAgainstRegexps compares with the expressions that Google prints.
func TestGroupAgainstRegexps(t *testing.T) {
	paid := regexp.MustCompile(`(?is)^(.*cp.*|ppc|retargeting|paid.*)$`)
	shop := regexp.MustCompile(`(?is)^(.*(([^a-df-z]|^)shop|shopping).*)$`)
	parts := []string{"shop", "Shop", "ping", "e", "é", "work", "-", " ", "cp", "C", "ppc", "paid", "retargeting", "x", "ſ"}
	r := rand.New(rand.NewPCG(1, 1))
	text := func() string {
		var b strings.Builder
		for range r.IntN(5) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		return b.String()
	}
	g := touchpoint.Grouping{Categories: touchpoint.Categories{}}
	var seen [2][2]int
	for range 20_000 {
		medium, name := text(), text()
		// Expressions fold letters of all alphabets; the rules name ASCII only.
		isPaid, isShop := paid.MatchString(ascii(medium)), shop.MatchString(ascii(name))
		want := touchpoint.Unassigned
		switch {
		case isPaid && isShop:
			want = "Paid Shopping"
		case isPaid:
			want = "Paid Other"
		case isShop:
			want = "Organic Shopping"
		}
		got, _ := g.Group(touchpoint.Traffic{Source: "any", Medium: medium, Name: name})
		require.Equal(t, want, got, "%q %q", medium, name)
		seen[bit(isPaid)][bit(isShop)]++
	}
	for _, s := range seen {
		assert.Greater(t, min(s[0], s[1]), 500)
	}
}

func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 127 {
			return '#'
		}
		return r
	}, s)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestGroupVersions(t *testing.T) {
	ai := touchpoint.Traffic{Source: "chatgpt.com", Medium: "ai-assistant", Name: "(ai-assistant)"}
	for _, c := range []struct {
		asOf time.Time
		want touchpoint.Channel
	}{
		{time.Time{}, "AI Assistant"},
		{time.Date(2026, 5, 13, 0, 0, 0, 0, time.UTC), "AI Assistant"},
		{time.Date(2026, 5, 12, 23, 59, 59, 0, time.UTC), "Unassigned"},
	} {
		g := touchpoint.Grouping{AsOf: c.asOf}
		got, _ := g.Group(ai)
		assert.Equal(t, c.want, got)
	}
}

// TestGroupVectors reads 1,400 combinations made for the rules.
func TestGroupVectors(t *testing.T) {
	f, err := os.Open("../../shared/data/vectors/ga4_channels.csv")
	if err != nil {
		t.Skip("SKIPPED: the vectors of the default channel group are not beside this checkout")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1401)
	for _, asOf := range []time.Time{{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} {
		g := touchpoint.Grouping{AsOf: asOf, Categories: touchpoint.Categories{}}
		for _, row := range rows[1:] {
			got, _ := g.Group(touchpoint.Traffic{Source: row[0], Category: touchpoint.Category(row[1]), Medium: row[2], Name: row[3]})
			require.Equal(t, row[4], string(got), "%q", row)
		}
	}
	// The categories of the sources in the vectors are also in the list here.
	known := touchpoint.WellKnownSources()
	for _, row := range rows[1:] {
		require.Equal(t, row[1], string(known.Of(row[0])), row[0])
	}
}

func TestGroupUserRules(t *testing.T) {
	g := touchpoint.Grouping{
		Before: []touchpoint.GroupRule{{
			Name: "our app", Channel: "App",
			Match: func(t touchpoint.Traffic) bool { return t.Source == "ourapp" },
		}},
		After: []touchpoint.GroupRule{{
			Name: "newsletters", Channel: "Email",
			Match: func(t touchpoint.Traffic) bool { return strings.EqualFold(t.Medium, "newsletter") },
		}},
	}
	require.NoError(t, g.Validate())
	channel, rule := g.Group(touchpoint.Traffic{Source: "ourapp", Medium: "cpc"})
	assert.Equal(t, "App by our app", string(channel)+" by "+rule)
	channel, rule = g.Group(touchpoint.Traffic{Source: "x", Medium: "Newsletter"})
	assert.Equal(t, "Email by newsletters", string(channel)+" by "+rule)
	channel, rule = g.Group(touchpoint.Traffic{Source: "www.google.co.uk", Medium: "cpc"})
	assert.Equal(t, "Paid Search by Paid Search", string(channel)+" by "+rule)

	g.Custom = true
	channel, rule = g.Group(touchpoint.Traffic{Source: "google", Medium: "cpc"})
	assert.Equal(t, "Unassigned by ", string(channel)+" by "+rule)
}

func TestGroupingValidate(t *testing.T) {
	yes := func(touchpoint.Traffic) bool { return true }
	g := touchpoint.Grouping{
		Codes:  touchpoint.CodeBook{"": {Channel: "x"}, " a": {Channel: "x"}, "B": {}},
		Before: []touchpoint.GroupRule{{Channel: "c", Match: yes}, {Name: "a", Match: yes}},
		After:  []touchpoint.GroupRule{{Name: "a", Channel: "c"}},
	}
	err := g.Validate()
	require.ErrorIs(t, err, touchpoint.ErrGrouping)
	assert.Equal(t, `touchpoint: grouping: Before[0]: no name
touchpoint: grouping: Before[1]: no channel
touchpoint: grouping: After[0]: the name occurs twice
touchpoint: grouping: After[0]: no condition
touchpoint: grouping: an empty code
touchpoint: grouping: code " a": keys are in upper case, without space around them
touchpoint: grouping: code "B": no channel`, err.Error())
	assert.NoError(t, new(touchpoint.Grouping).Validate())
}

func TestGroupingApply(t *testing.T) {
	book, err := touchpoint.NewCodeBook(map[string]touchpoint.Placement{
		" spring10 ": {Channel: touchpoint.DirectMail, Campaign: touchpoint.Campaign{Source: "flyer", Medium: "post", Name: "spring", Content: "front", Term: "10"}},
		"TV5":        {Channel: "Second Screen", Setting: touchpoint.Online},
	})
	require.NoError(t, err)
	g := touchpoint.Grouping{Codes: book}

	p := touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Code: "Spring10", Name: "own"}}
	assert.Equal(t, "code", g.Apply(&p))
	assert.Equal(t, touchpoint.DirectMail, p.Channel)
	assert.Equal(t, touchpoint.Offline, p.Setting)
	assert.Equal(t, touchpoint.Campaign{Source: "flyer", Medium: "post", Name: "own", Content: "front", Term: "10", Code: "Spring10"}, p.Campaign)

	p = touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Code: "tv5"}}
	assert.Equal(t, "code", g.Apply(&p))
	assert.Equal(t, touchpoint.Online, p.Setting)

	p = touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Source: "google", Medium: "organic"}}
	assert.Equal(t, "Organic Search", g.Apply(&p))
	assert.Equal(t, touchpoint.Online, p.Setting)

	p = touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Code: "unknown"}}
	assert.Empty(t, g.Apply(&p))
	assert.Equal(t, touchpoint.Unassigned, p.Channel)
	assert.Equal(t, touchpoint.UnknownSetting, p.Setting)

	for _, stays := range []touchpoint.Touchpoint{
		{Channel: "store", Campaign: touchpoint.Campaign{Medium: "cpc"}},
		{Kind: "visit"},
	} {
		p = stays
		assert.Empty(t, g.Apply(&p))
		assert.Equal(t, stays, p)
	}

	channel, rule := g.Group(touchpoint.Traffic{Code: "SPRING10"})
	assert.Equal(t, "Direct Mail by code", string(channel)+" by "+rule)
}

func TestGroupingAll(t *testing.T) {
	bad := errors.New("bad")
	in := func(yield func(touchpoint.Touchpoint, error) bool) {
		_ = yield(touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Medium: "sms"}}, nil) &&
			yield(touchpoint.Touchpoint{}, bad) &&
			yield(touchpoint.Touchpoint{Campaign: touchpoint.Campaign{Medium: "audio"}}, nil)
	}
	var g touchpoint.Grouping
	var channels []touchpoint.Channel
	for p, err := range g.All(in) {
		if err != nil {
			assert.Equal(t, bad, err)
			continue
		}
		channels = append(channels, p.Channel)
	}
	assert.Equal(t, []touchpoint.Channel{"SMS", "Audio"}, channels)
	for range g.All(in) {
		break // a consumer may stop
	}
}

func TestNewCodeBookErrors(t *testing.T) {
	_, err := touchpoint.NewCodeBook(map[string]touchpoint.Placement{"a": {Channel: "x"}, "A ": {Channel: "y"}})
	require.ErrorIs(t, err, touchpoint.ErrGrouping)
	_, err = touchpoint.NewCodeBook(map[string]touchpoint.Placement{"a": {}})
	require.ErrorIs(t, err, touchpoint.ErrGrouping)
}

func TestSettingOf(t *testing.T) {
	assert.Equal(t, touchpoint.Offline, touchpoint.SettingOf("store"))
	assert.Equal(t, touchpoint.Online, touchpoint.SettingOf("Paid Search"))
	assert.Equal(t, touchpoint.UnknownSetting, touchpoint.SettingOf(touchpoint.Unassigned))
}

func BenchmarkGroup(b *testing.B) {
	g := touchpoint.Grouping{}
	traffic := []touchpoint.Traffic{
		{Source: "google", Medium: "cpc", Name: "brand"},
		{Source: "facebook", Medium: "paid_social", Name: "summer sale"},
		{Source: "newsletter", Medium: "email", Name: "june"},
		{Source: "partner.example", Medium: "referral"},
		{Source: "(direct)", Medium: "(none)"},
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		g.Group(traffic[i])
		if i++; i == len(traffic) {
			i = 0
		}
	}
}
