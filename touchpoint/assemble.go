package touchpoint

import (
	"bytes"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/stage"
)

// assembler puts touchpoints together from texts, whatever format they come in.
type assembler struct {
	times timeReader
	// own reads the JSON form of a Touchpoint exactly: texts as they are, any
	// finite number, no id but one that is given.
	own bool

	customer string             // of the row before; rows of one customer often follow each other
	names    interner           // channels, kinds, campaigns ...
	values   interner           // of properties
	consents map[string]Consent // by their texts
	ids      idMaker
}

// set gives one field of t its text. The error says why that is not possible.
func (a *assembler) set(t *Touchpoint, f field, text []byte) (err error) {
	if !a.own {
		text = trimSpace(text)
	}
	switch f {
	case fieldID:
		return a.setID(t, text)
	case fieldCustomer:
		if a.customer != string(text) {
			a.customer = string(text)
		}
		t.Customer = a.customer
		if len(text) == 0 && !a.own {
			return errEmpty
		}
	case fieldTime:
		if len(text) == 0 {
			return errEmpty
		}
		t.Time, err = a.times.parse(text)
	case fieldReceived:
		if len(text) > 0 {
			t.Received, err = a.times.parse(text)
		}
	case fieldSeq:
		t.Seq, err = parseSeq(text)
	case fieldChannel:
		t.Channel = Channel(a.names.text(text))
	case fieldSetting:
		var ok bool
		if t.Setting, ok = parseSetting(text); !ok {
			return errNotSetting
		}
	case fieldKind:
		t.Kind = Kind(a.names.text(text))
	case fieldStage:
		t.Stage = stage.Stage(a.names.text(text))
	case fieldSource:
		t.Campaign.Source = a.names.text(text)
	case fieldMedium:
		t.Campaign.Medium = a.names.text(text)
	case fieldCampaign:
		t.Campaign.Name = a.names.text(text)
	case fieldContent:
		t.Campaign.Content = a.names.text(text)
	case fieldTerm:
		t.Campaign.Term = a.names.text(text)
	case fieldCode:
		t.Campaign.Code = a.names.text(text)
	case fieldConversion:
		t.Conversion, err = parseConversion(text)
	case fieldValue:
		t.Value, err = a.amount(text)
	case fieldCurrency:
		return a.setCurrency(t, text)
	case fieldCost:
		t.Cost, err = a.amount(text)
	case fieldEmotion:
		return setEmotion(t, text)
	case fieldConsent:
		t.Consent, err = a.consent(text)
	}
	return err
}

func (a *assembler) setID(t *Touchpoint, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if !a.own {
		t.ID = a.ids.textID(text)
		return nil
	}
	id, ok := parseUUID(text)
	if !ok {
		return errNotID
	}
	t.ID = id
	return nil
}

func (a *assembler) amount(text []byte) (float64, error) {
	if a.own {
		return parseNumber(text)
	}
	return parseAmount(text)
}

func (a *assembler) setCurrency(t *Touchpoint, text []byte) error {
	if a.own || len(text) == 0 {
		t.Currency = a.names.text(text)
		return nil
	}
	code, ok := parseCurrency(text)
	if !ok {
		return errNotCurrency
	}
	t.Currency = a.names.text(code[:])
	return nil
}

func setEmotion(t *Touchpoint, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	score, err := parseNumber(text)
	if err != nil {
		return err
	}
	if t.Emotion, err = NewEmotion(score); err != nil {
		return errEmotionRange
	}
	return nil
}

// consent reads a consent. Few different ones come again and again.
func (a *assembler) consent(text []byte) (Consent, error) {
	if c, ok := a.consents[string(text)]; ok {
		return c, nil
	}
	c, err := parseConsent(text)
	if err == nil && len(a.consents) < maxInterned && len(text) <= maxConsentLen {
		if a.consents == nil {
			a.consents = make(map[string]Consent)
		}
		a.consents[string(text)] = c
	}
	return c, err
}

// setProperty gives t a property.
func (a *assembler) setProperty(t *Touchpoint, key string, text []byte) {
	if t.Properties == nil {
		t.Properties = make(map[string]string)
	}
	t.Properties[key] = a.values.text(text)
}

// finish gives a touchpoint without an id one.
func (a *assembler) finish(t *Touchpoint) {
	if t.ID == uuid.Nil && !a.own {
		t.ID = a.ids.contentID(t)
	}
}

// trimSpace is [bytes.TrimSpace], faster where there is nothing to trim.
func trimSpace(text []byte) []byte {
	if n := len(text); n == 0 || plain(text[0]) && plain(text[n-1]) {
		return text
	}
	return bytes.TrimSpace(text)
}

func plain(c byte) bool { return c > ' ' && c < utf8.RuneSelf }
