package touchpoint

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxURL is the longest URL that [ParseURL] reads, in bytes.
const MaxURL = 64 << 10

// Tags are the marketing tags of the URL of a landing page.
type Tags struct {
	// Campaign holds the five UTM parameters.
	Campaign Campaign
	// ID, SourcePlatform, CreativeFormat and MarketingTactic are the parameters that
	// Google Analytics 4 adds: utm_id, utm_source_platform, utm_creative_format,
	// utm_marketing_tactic.
	ID, SourcePlatform, CreativeFormat, MarketingTactic string
	// Click is the click id that an advertising platform has added, if any.
	Click ClickID
}

// ClickID is what an advertising platform adds to a URL to know the click again.
type ClickID struct {
	// Parameter is the name of the parameter, such as "gclid".
	Parameter string
	// ID is its value. It may identify a person.
	ID string
}

// clickID says what a parameter means for the campaign. Order decides where a
// URL has several.
var clickIDs = [...]struct{ parameter, source, medium string }{
	{"gclid", "google", "cpc"},
	{"gbraid", "google", "cpc"},
	{"wbraid", "google", "cpc"},
	{"dclid", "google", "display"},
	{"msclkid", "bing", "cpc"},
	{"yclid", "yandex", "cpc"},
	{"ttclid", "tiktok", "paid_social"},
	{"twclid", "twitter", "paid_social"},
	{"li_fat_id", "linkedin", "paid_social"},
	{"rdt_cid", "reddit", "paid_social"},
	{"epik", "pinterest", "paid_social"},
	{"sccid", "snapchat", "paid_social"},
	// Facebook adds it to links in posts as well as in advertisements.
	{"fbclid", "facebook", "social"},
}

// Implied returns the source and the medium that a click id stands for; empty
// for one that is not known. An fbclid is on any link from Facebook, paid or not,
// so its medium is social.
func (c ClickID) Implied() (source, medium string) {
	for _, known := range clickIDs {
		if known.parameter == c.Parameter {
			return known.source, known.medium
		}
	}
	return "", ""
}

// ErrURL means that a URL cannot be read: it is too long, not valid UTF-8, or has
// a malformed escape. Its text is not part of the message: a query may hold a
// customer's data.
var ErrURL = errors.New("touchpoint: bad URL")

// ParseURL returns the marketing tags of a URL, or of a query with or without its
// question mark. Tags may be in the query or, as some sites have it, in the
// fragment; the query counts first. Names of parameters count in any case of
// letters; of a parameter that occurs twice the first that is not empty counts. A plus
// is a space.
//
// A click id fills source and medium only where no UTM parameter is given: see
// [ClickID.Implied].
//
// A parameter with a malformed escape is left out; the others are returned
// together with the error, [ErrURL].
func ParseURL(raw string) (Tags, error) {
	var t Tags
	switch {
	case len(raw) > MaxURL:
		return t, fmt.Errorf("%w: longer than %d bytes", ErrURL, MaxURL)
	case !utf8.ValidString(raw):
		return t, fmt.Errorf("%w: %w", ErrURL, ErrEncoding)
	}
	raw, fragment, _ := strings.Cut(raw, "#")
	_, query, has := strings.Cut(raw, "?")
	if !has && !strings.Contains(raw, "://") {
		query = raw
	}
	clicks := make(map[string]string)
	err := errors.Join(t.read(query, clicks), t.read(strings.TrimLeft(fragment, "/!?"), clicks))
	for _, known := range clickIDs {
		if id := clicks[known.parameter]; id != "" {
			t.Click = ClickID{known.parameter, id}
			break
		}
	}
	if t.Campaign == (Campaign{}) {
		t.Campaign.Source, t.Campaign.Medium = t.Click.Implied()
	}
	return t, err
}

// read takes the tags of a query that are not yet known.
func (t *Tags) read(query string, clicks map[string]string) error {
	var bad error
	for pair := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(pair, "=")
		if i := strings.LastIndexByte(name, '?'); i >= 0 {
			name = name[i+1:] // a path in the fragment: #/page?utm_source=…
		}
		name, err := url.QueryUnescape(name)
		if err != nil {
			bad = fmt.Errorf("%w: malformed escape", ErrURL)
			continue
		}
		name = strings.ToLower(name)
		to := t.field(name)
		known := to != nil || isClickID(name)
		if !known {
			continue
		}
		value, err := url.QueryUnescape(text)
		if err != nil || !utf8.ValidString(value) {
			bad = fmt.Errorf("%w: malformed escape", ErrURL)
			continue
		}
		value = strings.TrimSpace(value)
		if to == nil {
			if clicks[name] == "" {
				clicks[name] = value
			}
		} else if *to == "" {
			*to = value
		}
	}
	return bad
}

func isClickID(name string) bool {
	source, _ := ClickID{Parameter: name}.Implied()
	return source != ""
}

// field returns where the value of a parameter goes; nil if nowhere.
func (t *Tags) field(name string) *string {
	switch name {
	case "utm_source":
		return &t.Campaign.Source
	case "utm_medium":
		return &t.Campaign.Medium
	case "utm_campaign":
		return &t.Campaign.Name
	case "utm_content":
		return &t.Campaign.Content
	case "utm_term":
		return &t.Campaign.Term
	case "utm_id":
		return &t.ID
	case "utm_source_platform":
		return &t.SourcePlatform
	case "utm_creative_format":
		return &t.CreativeFormat
	case "utm_marketing_tactic":
		return &t.MarketingTactic
	}
	return nil
}

// Referral returns the campaign of a visit that came from another site and has no
// tags: the host of the referring URL, without www, as source and referral as
// medium; organic for the search engines and social for the social networks of the categories, as
// Google Analytics has it. It is empty if the referrer is, cannot be read, or is
// of the site itself: its host, or a subdomain of it.
func Referral(referrer, site string, categories Categories) Campaign {
	if len(referrer) > MaxURL {
		return Campaign{}
	}
	u, err := url.Parse(referrer)
	if err != nil || u.Hostname() == "" {
		return Campaign{}
	}
	host := bareHost(u.Hostname())
	own := bareHost(site)
	if own != "" && (host == own || strings.HasSuffix(host, "."+own)) {
		return Campaign{}
	}
	switch categories.Of(host) {
	case SearchSite:
		return Campaign{Source: host, Medium: "organic"}
	case SocialSite:
		return Campaign{Source: host, Medium: "social"}
	}
	return Campaign{Source: host, Medium: "referral"}
}

func bareHost(host string) string {
	return strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), "."), "www.")
}
