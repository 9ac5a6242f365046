package touchpoint

import (
	"bytes"
	"fmt"
	"strings"
)

var (
	errWantScalar = fmt.Errorf("%w: an object or array where a text or number is wanted", ErrFormat)
	errTwice      = fmt.Errorf("%w: given twice", ErrSyntax)
	errWantObject = fmt.Errorf("%w: want an object", ErrFormat)
)

// jsonDecoder reads JSON objects, each of which is a touchpoint.
type jsonDecoder struct {
	assembler
	jsonScanner
	places *jsonPlaces
	path   []byte     // of the member in hand, its keys joined by dots
	items  []jsonItem // members found in the object
}

// jsonItem is a member with its text.
type jsonItem struct {
	place *jsonPlace
	text  []byte
	used  bool // some field takes it, so it is no property
}

// row decodes one object into t, which is zero. The error has no place yet.
func (d *jsonDecoder) row(data []byte, t *Touchpoint) *RowError {
	clear(d.items)
	d.path, d.items = d.path[:0], d.items[:0]
	d.reset(data)
	if d.peek() != '{' {
		return &RowError{Err: errNotObject}
	}
	if err := d.object(d.member); err != nil {
		return &RowError{Field: shorten(d.path), Err: err}
	}
	if d.peek() != 0 || d.pos < len(d.data) {
		return &RowError{Err: errTrailing}
	}
	return d.assemble(t)
}

// member reads the value of a key. On an error the path stays where it is.
func (d *jsonDecoder) member(key []byte) error {
	outer := len(d.path)
	if d.depth > 1 {
		d.path = append(d.path, '.')
	}
	d.path = append(d.path, key...)
	place := d.places.find(d.path)
	first := d.peek()
	start := d.pos
	switch {
	case first == '{' && place.inner:
		if err := d.object(d.member); err != nil {
			return err
		}
	case first == '"':
		text, err := d.text()
		if err != nil {
			return err
		}
		d.items = append(d.items, jsonItem{place: place, text: text})
	default:
		if err := d.skip(); err != nil {
			return err
		}
		if first == 'n' { // null counts as absent
			break
		}
		text := d.data[start:d.pos]
		if first == '[' || first == '{' && !place.object {
			if place.named {
				return errWantScalar
			}
			place, text = place.asProperty, compact(text)
		}
		d.items = append(d.items, jsonItem{place: place, text: text})
	}
	if d.own && place.inner && first != '{' && first != 'n' {
		return errWantObject
	}
	d.path = d.path[:outer]
	return nil
}

// assemble gives each field the text of the first of its names that the object
// has; what no field takes is a property.
func (d *jsonDecoder) assemble(t *Touchpoint) *RowError {
	var best [numFields]int // index in items, counted from 1
	var ranks [numFields]int
	for i := range d.items {
		for _, target := range d.items[i].place.targets {
			f := target.field
			switch {
			case best[f] == 0 || target.rank < ranks[f]:
				best[f], ranks[f] = i+1, target.rank
			case target.rank == ranks[f]:
				return &RowError{Field: d.items[i].place.path, Err: errTwice}
			}
		}
	}
	for f, i := range best {
		if i == 0 {
			continue
		}
		item := &d.items[i-1]
		item.used = true
		if err := d.set(t, field(f), item.text); err != nil {
			return &RowError{Field: item.place.path, Err: err}
		}
	}
	if !d.own {
		for _, f := range [...]field{fieldCustomer, fieldTime} {
			if best[f] == 0 {
				return &RowError{Field: d.places.nameOf(f), Err: ErrMissing}
			}
		}
		if best[fieldChannel] == 0 && best[fieldKind] == 0 {
			return &RowError{Field: d.places.nameOf(fieldChannel), Err: ErrMissing}
		}
	}
	for _, item := range d.items {
		if item.used || !item.place.keep {
			continue
		}
		if _, ok := t.Properties[item.place.property]; ok {
			return &RowError{Field: item.place.path, Err: errTwice}
		}
		d.setProperty(t, item.place.property, item.text)
	}
	d.finish(t)
	return nil
}

// shorten keeps a field's name readable in a message.
func shorten(path []byte) string {
	const limit = 80
	if len(path) <= limit {
		return string(path)
	}
	return strings.ToValidUTF8(string(path[:limit]), "") + "…"
}

// lower is the ASCII lower case of a path.
func lower(path []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, path)
}
