package journeytest

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// Format writes the path in the notation. For a path that came from it,
// [Parse] of the result is that path again. For any other, what the notation has
// no place for is left out: other fields of a touchpoint, a second conversion, a
// step back in time.
func Format(p journey.Path) string {
	var b strings.Builder
	if p.Customer != "customer-1" {
		b.WriteString(formatName(p.Customer) + ": ")
	}
	var before time.Time
	for i := range p.Touchpoints {
		t := &p.Touchpoints[i]
		b.WriteString(formatGap(before, t.Time))
		before = t.Time
		if t.Setting == touchpoint.Offline {
			b.WriteByte('@')
		}
		b.WriteString(formatName(string(t.Channel)))
		if t.Stage != "" {
			b.WriteString("/" + formatName(string(t.Stage)))
		}
		b.WriteString(" > ")
	}
	if p.Outcome != journey.Converted {
		b.WriteString(p.Outcome.String())
		return b.String()
	}
	b.WriteString(formatGap(before, p.End) + "buy")
	currency := isCurrency(p.Currency)
	if p.Value != 0 || currency {
		b.WriteString(":" + strconv.FormatFloat(p.Value, 'g', -1, 64))
	}
	if currency {
		b.WriteString(" " + p.Currency)
	}
	return b.String()
}

// formatGap returns the gap between two elements with a space behind it, nothing
// if it is the one that is meant anyway. before is zero in front of the first.
func formatGap(before, at time.Time) string {
	usual := defaultGap
	if before.IsZero() {
		before, usual = Start(), 0
	}
	d := at.Sub(before)
	if d == usual || d < 0 {
		return ""
	}
	days, rest := d/day, d%day
	text := ""
	if days > 0 {
		text = strconv.FormatInt(int64(days), 10) + "d"
	}
	if rest > 0 || days == 0 {
		text += formatDuration(rest)
	}
	return "+" + text + " "
}

// formatDuration is [time.Duration.String] without the zeros at the end.
func formatDuration(d time.Duration) string {
	text := d.String()
	if s, ok := strings.CutSuffix(text, "m0s"); ok {
		text = s + "m"
	}
	if s, ok := strings.CutSuffix(text, "h0m"); ok {
		text = s + "h"
	}
	return text
}

func formatName(name string) string {
	trimmed := strings.TrimFunc(name, unicode.IsSpace)
	if name == "" || name != trimmed || isEnd(name) || strings.ContainsAny(name, special) ||
		name[0] == '@' || name[0] == '+' || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
