package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// perJourneyHeader are the columns of the credit of single journeys.
var perJourneyHeader = []string{"journey", "position", "channel", "model", "credit"}

// perJourney writes what each model credits to each touch of each journey, in
// conversions.
type perJourney struct {
	out       *bufio.Writer
	models    []string // as CSV
	crediters []*attribution.Crediter
	channels  map[touchpoint.Channel]string // as CSV
	credits   [][]attribution.TouchCredit   // of each model
}

// writePerJourney reads the input again and writes the credit of every journey that
// a model credits with something, in the order of the input. Conversions of a
// journey without a touch stand at position 0, so that the lines add up to the
// results.
func writePerJourney(env *environment, in *input, counted *pass) error {
	crediters, err := counted.models.Crediters()
	if err != nil {
		return err
	}
	w := &perJourney{
		out:       bufio.NewWriterSize(&resultWriter{ctx: env.ctx, w: env.stdout}, 1<<18),
		crediters: crediters,
		channels:  make(map[touchpoint.Channel]string),
		credits:   make([][]attribution.TouchCredit, len(crediters)),
	}
	for _, name := range counted.names {
		w.models = append(w.models, csvField(name))
	}
	w.out.WriteString(string(csvLine(perJourneyHeader...)))
	var paths int64
	err = in.eachJourney(env, func(number int64, p *journey.Counted) error {
		paths++
		return w.journey(number, p)
	})
	if errors.As(err, new(*attribution.UnknownChannelError)) || err == nil && paths != counted.paths {
		return errors.New("the input has changed since it was read first")
	}
	if err != nil {
		return err
	}
	return outputError(w.out.Flush())
}

func (w *perJourney) journey(number int64, p *journey.Counted) error {
	if len(p.Channels) == 0 {
		return w.empty(number, p)
	}
	some := false
	for i, c := range w.crediters {
		var err error
		if w.credits[i], err = c.AppendCredit(w.credits[i][:0], p); err != nil {
			return err
		}
		for _, touch := range w.credits[i] {
			some = some || touch.Conversions != 0
		}
	}
	if !some {
		return nil
	}
	for i := range p.Channels {
		for m, credits := range w.credits {
			w.line(number, int64(credits[i].Position)+1, credits[i].Channel, m, credits[i].Conversions)
		}
	}
	return w.failed()
}

func (w *perJourney) empty(number int64, p *journey.Counted) error {
	if p.Conversions == 0 {
		return nil
	}
	for m := range w.models {
		w.line(number, 0, journey.None, m, float64(p.Conversions))
	}
	return w.failed()
}

func (w *perJourney) line(number, position int64, channel touchpoint.Channel, model int, credit float64) {
	name, ok := w.channels[channel]
	if !ok {
		name = csvField(string(channel))
		w.channels[channel] = name
	}
	b := w.out.AvailableBuffer()
	b = append(strconv.AppendInt(b, number, 10), ',')
	b = append(strconv.AppendInt(b, position, 10), ',')
	b = append(append(b, name...), ',')
	b = append(append(b, w.models[model]...), ',')
	b = append(appendNumber(b, credit), '\n')
	w.out.Write(b)
}

// failed returns the error of the last write, if there was one.
func (w *perJourney) failed() error {
	_, err := w.out.Write(nil)
	return outputError(err)
}

// csvLine returns the fields as a line of CSV.
func csvLine(fields ...string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(fields) // into memory
	w.Flush()
	return b.Bytes()
}

// csvField returns a field as CSV has it.
func csvField(text string) string { return string(bytes.TrimSuffix(csvLine(text), []byte("\n"))) }
