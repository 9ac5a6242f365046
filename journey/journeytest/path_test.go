package journeytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// summary writes a path so that a table can be read: each touch as its hours
// after Start, setting, channel and stage.
func summary(p journey.Path) string {
	text := fmt.Sprintf("%q", p.Customer)
	for _, t := range p.Touchpoints {
		text += fmt.Sprintf(" | %v %v %q", t.Time.Sub(Start()), t.Setting, t.Channel)
		if t.Stage != "" {
			text += fmt.Sprintf(" in %q", t.Stage)
		}
	}
	text += fmt.Sprintf(" | %v", p.Outcome)
	if !p.End.IsZero() {
		text += fmt.Sprintf(" %v", p.End.Sub(Start()))
	}
	if p.Conversions != 0 {
		text += fmt.Sprintf(" %d %v %q", p.Conversions, p.Value, p.Currency)
	}
	return text
}

func TestPath(t *testing.T) {
	for notation, want := range map[string]string{
		`email`:                        `"customer-1" | 0s online "email" | lost 0s`,
		`email > lost`:                 `"customer-1" | 0s online "email" | lost 0s`,
		`email > search > open`:        `"customer-1" | 0s online "email" | 1h0m0s online "search" | open 1h0m0s`,
		`email > @store > buy:120`:     `"customer-1" | 0s online "email" | 1h0m0s offline "store" | converted 2h0m0s 1 120 ""`,
		`email>@store>buy:120`:         `"customer-1" | 0s online "email" | 1h0m0s offline "store" | converted 2h0m0s 1 120 ""`,
		`email > buy`:                  `"customer-1" | 0s online "email" | converted 1h0m0s 1 0 ""`,
		`email > buy:12.5 EUR`:         `"customer-1" | 0s online "email" | converted 1h0m0s 1 12.5 "EUR"`,
		`email > buy : 1e3  EUR `:      `"customer-1" | 0s online "email" | converted 1h0m0s 1 1000 "EUR"`,
		`email > buy:-0`:               `"customer-1" | 0s online "email" | converted 1h0m0s 1 0 ""`,
		`email > +0s buy`:              `"customer-1" | 0s online "email" | converted 0s 1 0 ""`,
		`email > +2d search > +3h buy`: `"customer-1" | 0s online "email" | 48h0m0s online "search" | converted 51h0m0s 1 0 ""`,
		`+1d12h email > +90m @store`:   `"customer-1" | 36h0m0s online "email" | 37h30m0s offline "store" | lost 37h30m0s`,
		`+1.5h email`:                  `"customer-1" | 1h30m0s online "email" | lost 1h30m0s`,
		`buy:3`:                        `"customer-1" | converted 0s 1 3 ""`,
		`+2h buy`:                      `"customer-1" | converted 2h0m0s 1 0 ""`,
		`lost`:                         `"customer-1" | lost`,
		`open`:                         `"customer-1" | open`,
		`ann: email`:                   `"ann" | 0s online "email" | lost 0s`,
		`Ann  Lee : lost`:              `"Ann  Lee" | lost`,
		`"": email`:                    `"" | 0s online "email" | lost 0s`,
		`"buy": buy:1`:                 `"buy" | converted 0s 1 1 ""`,
		`"buy" > "@x" > @"lost"`:       `"customer-1" | 0s online "buy" | 1h0m0s online "@x" | 2h0m0s offline "lost" | lost 2h0m0s`,
		`@buy`:                         `"customer-1" | 0s offline "buy" | lost 0s`,
		`"a > b" > "\xff\"" > ""`:      `"customer-1" | 0s online "a > b" | 1h0m0s online "\xff\"" | 2h0m0s online "" | lost 2h0m0s`,
		"  paid search\u00a0> дар ☕ ":  `"customer-1" | 0s online "paid search" | 1h0m0s online "дар ☕" | lost 1h0m0s`,
		`a@b.c > c+d > buyer`:          `"customer-1" | 0s online "a@b.c" | 1h0m0s online "c+d" | 2h0m0s online "buyer" | lost 2h0m0s`,
		`email/awareness > @x/"a/b"`:   `"customer-1" | 0s online "email" in "awareness" | 1h0m0s offline "x" in "a/b" | lost 1h0m0s`,
		`email / buy`:                  `"customer-1" | 0s online "email" in "buy" | lost 0s`,
	} {
		p, err := Parse(notation)
		require.NoError(t, err, notation)
		require.Equal(t, want, summary(p), notation)
		require.Equal(t, p, Path(notation))

		again, err := Parse(Format(p))
		require.NoError(t, err, "%s: %s", notation, Format(p))
		require.Equal(t, p, again, "%s: %s", notation, Format(p))
	}
}

func TestPathTouchpoints(t *testing.T) {
	p := Path("ann: email > +0s @store/decision > buy")
	want := touchpoint.Touchpoint{
		Customer: "ann", Time: Start(), Seq: 1, Channel: "store", Setting: touchpoint.Offline, Stage: stage.Stage("decision"),
	}
	want.ID = want.ContentID()
	require.Equal(t, want, p.Touchpoints[1])
	require.Equal(t, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Start())
}

func TestParseErrors(t *testing.T) {
	for notation, want := range map[string]string{
		``:                            "column 1: a channel or an end is missing",
		`  `:                          "column 3: a channel or an end is missing",
		`email >`:                     "column 8: a channel or an end is missing",
		`email > > x`:                 "column 9: a channel or an end is missing",
		`ann:`:                        "column 5: a channel or an end is missing",
		`email/ > x`:                  "column 8: a stage is missing",
		`email/a/b`:                   `column 8: unexpected '/'`,
		`ann: bob: email`:             `column 9: unexpected ':'`,
		`lost:3`:                      `column 5: unexpected ':'`,
		`buy/decision`:                `column 4: unexpected '/'`,
		`email buy" > x`:              `column 10: unexpected '"'`,
		`"email`:                      "column 1: the quoted name does not end",
		`"\z"`:                        "column 1: the quoted name does not end",
		`email > buy > x`:             "column 13: nothing comes after buy",
		`email > lost > x`:            "column 14: nothing comes after lost",
		`email > +2d lost`:            "column 13: no gap before lost",
		`+1h open`:                    "column 5: no gap before open",
		`email > buy:x`:               "column 13: a value is a number",
		`email > buy:`:                "column 13: a value is a number",
		`email > buy:-1`:              "column 13: a value is a number",
		`email > buy:NaN`:             "column 13: a value is a number",
		`email > buy:Inf`:             "column 13: a value is a number",
		`email > buy:1e999`:           "column 13: a value is a number",
		`email > buy:1 eur`:           "column 15: a currency is three capital letters",
		`email > buy:1 EUR x`:         `column 19: unexpected 'x'`,
		`email > buy EUR`:             "", // an ordinary channel name with a space
		`+2x email`:                   "column 2: a gap is a duration",
		`+ 2d email`:                  "column 2: a gap is a duration",
		`+-2h email`:                  "column 2: a gap is a duration",
		`+1d-2h email`:                "column 2: a gap is a duration",
		`+1d+2h email`:                "column 2: a gap is a duration",
		`+-1d email`:                  "column 2: a gap is a duration",
		`+1.5d email`:                 "column 2: a gap is a duration",
		`+106752d email`:              "column 2: a gap is a duration",
		`+106751d24h email`:           "column 2: a gap is a duration",
		`++2h email`:                  "column 2: a gap is a duration",
		`@@x`:                         "column 2: a channel or an end that begins with @ is quoted",
		`@+2h x`:                      "column 2: a channel or an end that begins with + is quoted",
		`x/@y`:                        "column 3: a stage that begins with @ is quoted",
		`email * 3`:                   "column 7: only Counted takes * and a number",
		`"*" > email * 3`:             "column 13: only Counted takes * and a number",
		`email * 0`:                   "column 9: a whole number from 1",
		`email * x`:                   "column 9: a whole number from 1",
		`email * 3 4`:                 "column 11: unexpected '4'",
		`email * 9999999999999999999`: "column 9: a whole number from 1",
		"em\xffail":                   "column 1: not valid UTF-8",
	} {
		_, err := Parse(notation)
		if want == "" {
			require.NoError(t, err, notation)
			continue
		}
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, notation)
		require.Contains(t, err.Error(), "journeytest: "+want, notation)
		require.PanicsWithError(t, err.Error(), func() { Path(notation) })
	}

	// 106751 days are the longest gap; 28 of them go beyond the year 9999.
	late := "x"
	for range 28 {
		late += " > +106751d x"
	}
	_, err := Parse(late)
	require.ErrorContains(t, err, "beyond the year 9999")
	_, err = Parse(late[:len(late)-len(" > +106751d x")*2] + " > +106751d buy")
	require.NoError(t, err)
	_, err = Parse(late[:len(late)-len(" > +106751d x")] + " > +106751d buy")
	require.ErrorContains(t, err, "beyond the year 9999")
}

func TestFormat(t *testing.T) {
	for notation, want := range map[string]string{
		`email`:                                `email > lost`,
		`customer-1:email>open`:                `email > open`,
		`ann:+1d0h email>+24h @b>+61m "c"`:     `ann: +1d email > +1d @b > +1h1m c > lost`,
		`email > +60m x > +0s buy:0 EUR`:       `email > x > +0s buy:0 EUR`,
		`a > +1ns b > +1h0m1s c > +10s d`:      `a > +1ns b > +1h0m1s c > +10s d > lost`,
		`a > +2h b > +1d1h30m c > +10m0s d`:    `a > +2h b > +1d1h30m c > +10m d > lost`,
		`buy:0.1`:                              `buy:0.1`,
		`" a" > "b " > "\u00a0" > "c\td" > ""`: `" a" > "b " > "\u00a0" > "c\td" > "" > lost`,
	} {
		require.Equal(t, want, Format(Path(notation)), notation)
	}
	// What there is no place for is left out.
	p := Path("email > search > buy:3 EUR")
	p.Currency, p.Conversions = "euro", 2
	p.Touchpoints[1].Time = Start().Add(-time.Hour)
	p.Touchpoints[0].Kind = "visit"
	require.Equal(t, "email > search > +3h buy:3", Format(p))
	require.Equal(t, `"": open`, Format(journey.Path{}))
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"email > search > @store > buy:120", `ann: +2d "a > b"/"s" > +1ns @x > +0s buy:1.5 EUR`, "lost", "email * 3", `"\xff": open`,
		"+106751d x > +106751d y", "a/b/c", "buy:", "+1d1.5h x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, notation string) {
		p, err := Parse(notation)
		if err != nil {
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.GreaterOrEqual(t, syntax.Column, 1)
			require.LessOrEqual(t, syntax.Column, len(notation)+1)
			return
		}
		again, err := Parse(Format(p))
		require.NoError(t, err, Format(p))
		require.Equal(t, p, again)
		var (
			d journey.Dictionary
			c journey.Counted
		)
		require.NoError(t, p.Count(&d, &c))
	})
}
