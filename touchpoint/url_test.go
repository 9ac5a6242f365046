package touchpoint_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestParseURL(t *testing.T) {
	type tags = touchpoint.Tags
	type campaign = touchpoint.Campaign
	for _, c := range []struct {
		url  string
		want tags
	}{
		{"https://shop.example/p?utm_source=news&utm_medium=email&utm_campaign=Black+Friday%202026&utm_content=top&utm_term=a%26b&x=1", tags{
			Campaign: campaign{Source: "news", Medium: "email", Name: "Black Friday 2026", Content: "top", Term: "a&b"},
		}},
		{"?utm_id=7&utm_source_platform=sp&utm_creative_format=cf&utm_marketing_tactic=mt", tags{
			ID: "7", SourcePlatform: "sp", CreativeFormat: "cf", MarketingTactic: "mt",
		}},
		{"utm_source=a", tags{Campaign: campaign{Source: "a"}}},
		{"https://s.example/?UTM_Source=a&utm_source=b", tags{Campaign: campaign{Source: "a"}}},
		{"https://s.example/?utm_source=&utm_source=b", tags{Campaign: campaign{Source: "b"}}},
		{"https://s.example/?utm_source=q#utm_source=f&utm_medium=m", tags{Campaign: campaign{Source: "q", Medium: "m"}}},
		{"https://s.example/#/page?utm_source=f", tags{Campaign: campaign{Source: "f"}}},
		{"https://s.example/?gclid=abc", tags{
			Campaign: campaign{Source: "google", Medium: "cpc"},
			Click:    touchpoint.ClickID{Parameter: "gclid", ID: "abc"},
		}},
		{"https://s.example/?fbclid=x&gclid=abc&gclid=second", tags{
			Campaign: campaign{Source: "google", Medium: "cpc"},
			Click:    touchpoint.ClickID{Parameter: "gclid", ID: "abc"},
		}},
		{"https://s.example/?msclkid=x&utm_source=own", tags{
			Campaign: campaign{Source: "own"},
			Click:    touchpoint.ClickID{Parameter: "msclkid", ID: "x"},
		}},
		{"https://s.example/utm_source=path", tags{}},
		{"", tags{}},
	} {
		got, err := touchpoint.ParseURL(c.url)
		require.NoError(t, err, c.url)
		assert.Equal(t, c.want, got, c.url)
	}
}

func TestParseURLErrors(t *testing.T) {
	const secret = "ann-at-example"
	for _, c := range []struct{ url, want string }{
		{"https://s.example/?utm_term=" + secret + "%zz&utm_source=a", "touchpoint: bad URL: malformed escape"},
		{"https://s.example/?%zz" + secret + "=1&utm_source=a", "touchpoint: bad URL: malformed escape"},
		{"https://s.example/?utm_term=%ff" + secret + "&utm_source=a", "touchpoint: bad URL: malformed escape"},
	} {
		got, err := touchpoint.ParseURL(c.url)
		require.ErrorIs(t, err, touchpoint.ErrURL)
		assert.EqualError(t, err, c.want)
		assert.Equal(t, touchpoint.Campaign{Source: "a"}, got.Campaign, "what can be read is")
	}
	_, err := touchpoint.ParseURL("?utm_source=\xff" + secret)
	assert.EqualError(t, err, "touchpoint: bad URL: invalid UTF-8")
	_, err = touchpoint.ParseURL("?utm_source=" + strings.Repeat("x", 1<<20))
	assert.EqualError(t, err, "touchpoint: bad URL: longer than 65536 bytes")
}

func TestReferral(t *testing.T) {
	known := touchpoint.WellKnownSources()
	for _, c := range []struct{ referrer, source, medium string }{
		{"https://www.google.co.uk/search?q=x", "google.co.uk", "organic"},
		{"https://l.facebook.com/l.php", "l.facebook.com", "social"},
		{"https://Blog.Example.org:8080/post", "blog.example.org", "referral"},
		{"https://www.shop.example/cart", "", ""},
		{"https://pay.shop.example/", "", ""},
		{"not a url at all", "", ""},
		{"://", "", ""},
		{"https://x.example/" + strings.Repeat("x", touchpoint.MaxURL), "", ""},
	} {
		got := touchpoint.Referral(c.referrer, "shop.example", known)
		assert.Equal(t, touchpoint.Campaign{Source: c.source, Medium: c.medium}, got)
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("https://s.example/?utm_source=a&utm_medium=b%20c#utm_term=x")
	f.Add("?gclid=1&%zz=3")
	f.Fuzz(func(t *testing.T, raw string) {
		tags, err := touchpoint.ParseURL(raw)
		if err != nil {
			require.ErrorIs(t, err, touchpoint.ErrURL)
		}
		c := tags.Campaign
		for _, s := range []string{c.Source, c.Medium, c.Name, c.Content, c.Term, tags.Click.ID} {
			require.True(t, utf8.ValidString(s))
		}
	})
}
