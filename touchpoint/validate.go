package touchpoint

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// Validate reports all that is wrong with the touchpoint at once: no customer,
// no time, a time outside the years 1 to 9999, a setting that is none, a value
// or cost that is negative or not finite, a currency that is not three capital
// letters, text that is not valid UTF-8. The errors are [ErrMissing],
// [ErrRange], [ErrFormat] and [ErrEncoding]; their messages name fields and hold
// nothing of their contents.
func (t *Touchpoint) Validate() error {
	var errs []error
	bad := func(field string, err error) {
		errs = append(errs, fmt.Errorf("touchpoint: %s: %w", field, err))
	}
	if t.Customer == "" {
		bad("customer", errEmpty)
	}
	if t.Time.IsZero() {
		bad("time", errEmpty)
	} else if !validTime(t.Time) {
		bad("time", errYear)
	}
	if !t.Received.IsZero() && !validTime(t.Received) {
		bad("received", errYear)
	}
	if t.Setting > Offline {
		bad("setting", ErrRange)
	}
	if err := validAmount(t.Value); err != nil {
		bad("value", err)
	}
	if err := validAmount(t.Cost); err != nil {
		bad("cost", err)
	}
	if t.Currency != "" && !validCurrency(t.Currency) {
		bad("currency", errNotCurrency)
	}
	t.badText(func(field string) { bad(field, ErrEncoding) })
	return errors.Join(errs...)
}

func validAmount(x float64) error {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return errNotFinite
	case x < 0:
		return errNegative
	}
	return nil
}

func validCurrency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for i := range len(code) {
		if code[i] < 'A' || code[i] > 'Z' {
			return false
		}
	}
	return true
}

// badText calls report for each field with text that is not valid UTF-8.
func (t *Touchpoint) badText(report func(field string)) {
	for _, f := range [...]struct{ name, text string }{
		{"customer", t.Customer},
		{"channel", string(t.Channel)},
		{"kind", string(t.Kind)},
		{"stage", string(t.Stage)},
		{"campaign.source", t.Campaign.Source},
		{"campaign.medium", t.Campaign.Medium},
		{"campaign.name", t.Campaign.Name},
		{"campaign.content", t.Campaign.Content},
		{"campaign.term", t.Campaign.Term},
		{"campaign.code", t.Campaign.Code},
		{"currency", t.Currency},
	} {
		if !utf8.ValidString(f.text) {
			report(f.name)
		}
	}
	for key, text := range t.Properties {
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			report("properties") // once, and no key: it may be a customer's data
			return
		}
	}
}
