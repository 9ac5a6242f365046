package touchpoint

import "time"

// aiAssistantSince is when AI Assistant joined the default channel group.
var aiAssistantSince = time.Date(2026, time.May, 13, 0, 0, 0, 0, time.UTC)

// defaultGroup returns the channel that the default channel group of Google
// Analytics 4 puts the traffic into; empty if none.
func defaultGroup(t *Traffic, aiAssistant bool) Channel {
	source, medium, name := t.Source, t.Medium, t.Name
	if fold(source, "(direct)") && oneOf(medium, "(not set)", "(none)") {
		return "Direct"
	}
	if containsFold(name, "cross-network") {
		return "Cross-network"
	}
	shopping := t.Category == ShoppingSite || shoppingCampaign(name)
	if paidMedium(medium) {
		switch {
		case shopping:
			return "Paid Shopping"
		case t.Category == SearchSite:
			return "Paid Search"
		case t.Category == SocialSite:
			return "Paid Social"
		case t.Category == VideoSite:
			return "Paid Video"
		case fold(medium, "cpm"):
			return "Display"
		}
		return "Paid Other"
	}
	switch {
	case oneOf(medium, "display", "banner", "expandable", "interstitial"):
		return "Display"
	case aiAssistant && fold(medium, "ai-assistant") && fold(name, "(ai-assistant)"):
		return "AI Assistant"
	case shopping:
		return "Organic Shopping"
	case t.Category == SocialSite || oneOf(medium, "social", "social-network", "social-media", "sm", "social network", "social media"):
		return "Organic Social"
	case t.Category == VideoSite || containsFold(medium, "video"):
		return "Organic Video"
	case t.Category == SearchSite || fold(medium, "organic"):
		return "Organic Search"
	case oneOf(medium, "referral", "app", "link"):
		return "Referral"
	case isEmail(source) || isEmail(medium):
		return "Email"
	case fold(medium, "affiliate"):
		return "Affiliates"
	case fold(medium, "audio"):
		return "Audio"
	case fold(source, "sms") || fold(medium, "sms"):
		return "SMS"
	case hasSuffixFold(medium, "push") || containsFold(medium, "mobile") || containsFold(medium, "notification") || fold(source, "firebase"):
		return "Mobile Push Notifications"
	}
	return ""
}

// paidMedium is ^(.*cp.*|ppc|retargeting|paid.*)$.
func paidMedium(m string) bool {
	return containsFold(m, "cp") || oneOf(m, "ppc", "retargeting") || len(m) >= 4 && fold(m[:4], "paid")
}

// shoppingCampaign is ^(.*(([^a-df-z]|^)shop|shopping).*)$.
func shoppingCampaign(name string) bool {
	for i := indexFold(name, "shop"); i >= 0; {
		if i == 0 || len(name) >= i+8 && fold(name[i:i+8], "shopping") {
			return true
		}
		if before := lowerASCII(name[i-1]); before < 'a' || before > 'z' || before == 'e' {
			return true
		}
		next := indexFold(name[i+4:], "shop")
		if next < 0 {
			return false
		}
		i += 4 + next
	}
	return false
}

func isEmail(s string) bool { return oneOf(s, "email", "e-mail", "e_mail", "e mail") }

// The comparisons are without regard to the case of ASCII letters: all that the
// rules name are such.

func lowerASCII(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		b += 'a' - 'A'
	}
	return b
}

// fold reports whether s is the lower-case text want.
func fold(s, want string) bool { return len(s) == len(want) && hasPrefixFold(s, want) }

func oneOf(s string, wants ...string) bool {
	for _, want := range wants {
		if fold(s, want) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, want string) bool {
	for i := range len(want) {
		if lowerASCII(s[i]) != want[i] {
			return false
		}
	}
	return true
}

func hasSuffixFold(s, want string) bool {
	return len(s) >= len(want) && fold(s[len(s)-len(want):], want)
}

func containsFold(s, want string) bool { return indexFold(s, want) >= 0 }

// indexFold returns where the lower-case text want first is in s, -1 if nowhere.
func indexFold(s, want string) int {
	first := want[0]
	for i := 0; i+len(want) <= len(s); i++ {
		if lowerASCII(s[i]) == first && hasPrefixFold(s[i:], want) {
			return i
		}
	}
	return -1
}
