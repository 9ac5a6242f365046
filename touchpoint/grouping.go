package touchpoint

import (
	"errors"
	"fmt"
	"iter"
	"time"
)

// Unassigned is the channel of traffic that no rule of a [Grouping] fits.
const Unassigned Channel = "Unassigned"

// Traffic is what a [Grouping] looks at.
type Traffic struct {
	// Source, Medium and Name are those of the [Campaign].
	Source, Medium, Name string
	// Category is what kind of site the source is.
	Category Category
	// Code is the campaign code or coupon.
	Code string
}

// Grouping puts traffic into channels: by codes, by the user's rules before, by
// the default channel group of Google Analytics 4 for manually tagged traffic, by
// the user's rules after. The first that fits decides. The zero value is the
// default channel group in its latest version known here.
//
// The rules of the default channel group, in order, all of them without regard to
// case:
//
//	Direct                     source (direct), medium (not set) or (none)
//	Cross-network              campaign contains cross-network
//	Paid Shopping              shopping site or campaign, paid medium
//	Paid Search                search engine, paid medium
//	Paid Social                social site, paid medium
//	Paid Video                 video site, paid medium
//	Display                    medium display, banner, expandable, interstitial, cpm
//	Paid Other                 paid medium
//	AI Assistant               medium ai-assistant and campaign (ai-assistant); since 13 May 2026
//	Organic Shopping           shopping site or campaign
//	Organic Social             social site, or medium social, social-network, social-media, sm, social network, social media
//	Organic Video              video site, or medium contains video
//	Organic Search             search engine, or medium organic
//	Referral                   medium referral, app, link
//	Email                      source or medium email, e-mail, e_mail, e mail
//	Affiliates                 medium affiliate
//	Audio                      medium audio
//	SMS                        source or medium sms
//	Mobile Push Notifications  medium ends in push or contains mobile or notification, or source firebase
//
// A paid medium contains cp, or is ppc or retargeting, or begins with paid. A
// shopping campaign contains shopping, or shop not right behind a letter other than
// e: eshop and e-shop, not workshop.
//
// So cpm with a known search engine is Paid Search, and Display with an unknown
// one; the medium newsletter is Unassigned. Google sets medium and campaign of
// the AI assistants itself, from referrers that it does not publish; nor does it
// say where in the order they stand: as both are needed, no other tagging is
// touched. Traffic of Google Ads, Display & Video 360 and the like has further
// rules of its own: use Before for it.
//
// Source: Google Analytics help, "Default channel group"
// (support.google.com/analytics/answer/9756891).
type Grouping struct {
	// Codes are asked first, by the campaign code.
	Codes CodeBook
	// Before are asked before the default channel group, After behind it, in
	// order.
	Before, After []GroupRule
	// Categories knows what kind of site a source is, where Traffic does not say;
	// nil means [WellKnownSources].
	Categories Categories
	// AsOf chooses the version of the default channel group: that in force at
	// this time. The zero time means the latest.
	AsOf time.Time
	// Custom leaves the default channel group out.
	Custom bool
}

// GroupRule is a rule of the user in a [Grouping].
type GroupRule struct {
	// Name is the name of the rule, told together with its decision.
	Name string
	// Channel is what the traffic is put into.
	Channel Channel
	// Match reports whether the rule fits. Texts come as they are tagged; compare
	// them with [strings.EqualFold].
	Match func(Traffic) bool
}

// ErrGrouping means that a [Grouping] is not set up right.
var ErrGrouping = errors.New("touchpoint: grouping")

// Validate reports all that is wrong with the rules and codes at once: a rule
// without a name, channel or condition, two rules of one name.
func (g *Grouping) Validate() error {
	var errs []error
	seen := make(map[string]bool)
	check := func(where string, rules []GroupRule) {
		for i, r := range rules {
			bad := func(reason string) {
				errs = append(errs, fmt.Errorf("%w: %s[%d]: %s", ErrGrouping, where, i, reason))
			}
			if r.Name == "" {
				bad("no name")
			} else if seen[r.Name] {
				bad("the name occurs twice")
			}
			seen[r.Name] = true
			if r.Channel == "" {
				bad("no channel")
			}
			if r.Match == nil {
				bad("no condition")
			}
		}
	}
	check("Before", g.Before)
	check("After", g.After)
	return errors.Join(append(errs, g.Codes.validate()...)...)
}

// Group returns the channel of the traffic and the name of the rule that decided:
// "code", the name of a rule of the user, or that of the channel in the default
// channel group; [Unassigned] and an empty name where none fits.
func (g *Grouping) Group(t Traffic) (channel Channel, rule string) {
	if p, ok := g.Codes.Find(t.Code); ok {
		return p.Channel, "code"
	}
	if t.Category == "" {
		t.Category = g.category(t.Source)
	}
	for i := range g.Before {
		if r := &g.Before[i]; r.Match(t) {
			return r.Channel, r.Name
		}
	}
	if !g.Custom {
		ai := g.AsOf.IsZero() || !g.AsOf.Before(aiAssistantSince)
		if c := defaultGroup(&t, ai); c != "" {
			return c, string(c)
		}
	}
	for i := range g.After {
		if r := &g.After[i]; r.Match(t) {
			return r.Channel, r.Name
		}
	}
	return Unassigned, ""
}

func (g *Grouping) category(source string) Category {
	if g.Categories == nil {
		return wellKnown().Of(source)
	}
	return g.Categories.Of(source)
}

// Apply sets the channel of a touchpoint that has none, by its campaign, and
// returns the name of the rule that decided. A code of the book also fills what it
// says of the campaign where that is empty, and the setting. A touchpoint that has a channel
// stays as it is, and so does one whose campaign says nothing at all: no tagging is
// not yet direct traffic.
func (g *Grouping) Apply(t *Touchpoint) (rule string) {
	if t.Channel != "" || t.Campaign == (Campaign{}) {
		return ""
	}
	if p, ok := g.Codes.Find(t.Campaign.Code); ok {
		p.fill(t)
		return "code"
	}
	c := &t.Campaign
	t.Channel, rule = g.Group(Traffic{Source: c.Source, Medium: c.Medium, Name: c.Name, Code: c.Code})
	if t.Setting == UnknownSetting {
		t.Setting = SettingOf(t.Channel)
	}
	return rule
}

// All applies the grouping to every touchpoint of a stream; errors pass through.
func (g *Grouping) All(in iter.Seq2[Touchpoint, error]) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		for t, err := range in {
			if err == nil {
				g.Apply(&t)
			}
			if !yield(t, err) {
				return
			}
		}
	}
}
