package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// stepText is a step as the command line has it.
type stepText struct {
	name     string
	events   []string
	optional bool
}

// text returns the events of the step as they were, but for spaces.
func (s *stepText) text() string {
	var b strings.Builder
	for i, event := range s.events {
		if i > 0 {
			b.WriteByte('|')
		}
		if strings.ContainsAny(event, stepSigns) || strings.TrimSpace(event) != event {
			event = `"` + strings.ReplaceAll(event, `"`, `""`) + `"`
		}
		b.WriteString(event)
	}
	return b.String()
}

// stepSigns are the characters that mean something among steps.
const stepSigns = `,|?="`

// stepList is a list of steps or exclusions:
//
//	list = step { "," step }
//	step = [ word "=" ] word { "|" word } [ "?" ]
//	word = characters but , | ? = " without space around, or a text in double quotes
//
// where a quote in a text in quotes is written twice. A step without a name has the
// name of its events.
type stepList []stepText

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *stepList) UnmarshalText(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("not valid UTF-8")
	}
	p := stepParser{rest: string(text)}
	var steps stepList
	for {
		s, err := p.step()
		if err != nil {
			return fmt.Errorf("step %d: %w", len(steps)+1, err)
		}
		steps = append(steps, s)
		if !p.take(',') {
			break
		}
	}
	if p.rest != "" {
		return fmt.Errorf("step %d: want a comma before %q", len(steps), p.rest)
	}
	*l = steps
	return nil
}

// stepParser reads steps from what is left of a text.
type stepParser struct{ rest string }

// take skips the sign if it comes next, and space before it.
func (p *stepParser) take(sign byte) bool {
	rest := strings.TrimSpace(p.rest)
	if rest == "" || rest[0] != sign {
		return false
	}
	p.rest = rest[1:]
	return true
}

func (p *stepParser) step() (stepText, error) {
	var s stepText
	word, err := p.word()
	if err != nil {
		return s, err
	}
	if p.take('=') {
		s.name = word
		if word, err = p.word(); err != nil {
			return s, err
		}
	}
	s.events = []string{word}
	for p.take('|') {
		if word, err = p.word(); err != nil {
			return s, err
		}
		s.events = append(s.events, word)
	}
	s.optional = p.take('?')
	if s.name == "" {
		s.name = strings.Join(s.events, "|")
	}
	p.rest = strings.TrimSpace(p.rest)
	return s, nil
}

var errNoName = errors.New(`want a name; write one with , | ? = or " in it in double quotes`)

// word reads a name.
func (p *stepParser) word() (string, error) {
	if p.take('"') {
		return p.quoted()
	}
	end := strings.IndexAny(p.rest, stepSigns)
	if end < 0 {
		end = len(p.rest)
	}
	word := strings.TrimSpace(p.rest[:end])
	p.rest = p.rest[end:]
	if word == "" {
		return "", errNoName
	}
	return word, nil
}

// quoted reads a name behind its first quote.
func (p *stepParser) quoted() (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(p.rest, `"`)
		if !found {
			return "", errors.New("a double quote is not closed")
		}
		b.WriteString(before)
		p.rest = after
		if !strings.HasPrefix(after, `"`) {
			break
		}
		b.WriteByte('"')
		p.rest = after[1:]
	}
	if b.Len() == 0 {
		return "", errNoName
	}
	return b.String(), nil
}
