package touchpoint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Channels that are offline. Web analytics knows none of them, so none is in the
// default channel group of Google Analytics 4: a code or coupon is what tracks
// them, see [CodeBook].
const (
	Store      Channel = "Store"
	CallCentre Channel = "Call Centre"
	Print      Channel = "Print"
	TV         Channel = "TV"
	Radio      Channel = "Radio"
	Outdoor    Channel = "Outdoor"
	Event      Channel = "Event"
	DirectMail Channel = "Direct Mail"
)

// SettingOf returns Offline for the channels of this package that are, in any
// case of letters, Online for those of the default channel group, and UnknownSetting
// for any other and for [Unassigned].
func SettingOf(c Channel) Setting {
	for _, offline := range [...]Channel{Store, CallCentre, Print, TV, Radio, Outdoor, Event, DirectMail} {
		if strings.EqualFold(string(c), string(offline)) {
			return Offline
		}
	}
	for _, online := range [...]Channel{
		"Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social",
		"Paid Video", "Display", "Paid Other", "AI Assistant", "Organic Shopping", "Organic Social", "Organic Video",
		"Organic Search", "Referral", "Email", "Affiliates", "Audio", "SMS", "Mobile Push Notifications",
	} {
		if strings.EqualFold(string(c), string(online)) {
			return Online
		}
	}
	return UnknownSetting
}

// CodeBook says which channel and campaign a campaign code belongs to: the coupon
// of a flyer, the number printed in an advertisement. Codes are compared without
// regard to case and to space around them; keys are in upper case.
type CodeBook map[string]Placement

// Placement is where a code was handed out.
type Placement struct {
	// Channel is the channel of whoever uses the code; not empty.
	Channel Channel
	// Setting is that of the channel; if unknown, that of [SettingOf].
	Setting Setting
	// Campaign fills the campaign of a touchpoint where that is empty. Its Code is not
	// used.
	Campaign Campaign
}

// NewCodeBook returns a book of the codes as they are written on paper. Two that
// differ by nothing but case or space are an error, and so are an empty code and
// a code without a channel.
func NewCodeBook(codes map[string]Placement) (CodeBook, error) {
	book := make(CodeBook, len(codes))
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		key := codeKey(code)
		if _, twice := book[key]; twice {
			return nil, fmt.Errorf("%w: code %q occurs twice, but for case and space", ErrGrouping, code)
		}
		book[key] = codes[code]
	}
	if err := errors.Join(book.validate()...); err != nil {
		return nil, err
	}
	return book, nil
}

func codeKey(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

func (b CodeBook) validate() []error {
	var errs []error
	for _, code := range slices.Sorted(maps.Keys(b)) {
		switch {
		case code == "":
			errs = append(errs, fmt.Errorf("%w: an empty code", ErrGrouping))
		case code != codeKey(code):
			errs = append(errs, fmt.Errorf("%w: code %q: keys are in upper case, without space around them", ErrGrouping, code))
		}
		if b[code].Channel == "" {
			errs = append(errs, fmt.Errorf("%w: code %q: no channel", ErrGrouping, code))
		}
	}
	return errs
}

// Find returns where a code was handed out.
func (b CodeBook) Find(code string) (Placement, bool) {
	if code == "" || len(b) == 0 {
		return Placement{}, false
	}
	p, ok := b[codeKey(code)]
	return p, ok
}

// fill says on the touchpoint what is known of its code.
func (p *Placement) fill(t *Touchpoint) {
	t.Channel = p.Channel
	if t.Setting == UnknownSetting {
		t.Setting = p.Setting
	}
	if t.Setting == UnknownSetting {
		t.Setting = SettingOf(p.Channel)
	}
	c := &t.Campaign
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&c.Source, p.Campaign.Source},
		{&c.Medium, p.Campaign.Medium},
		{&c.Name, p.Campaign.Name},
		{&c.Content, p.Campaign.Content},
		{&c.Term, p.Campaign.Term},
	} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
}
