package journey

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// Errors of [Tracker.Restore].
var (
	// ErrSnapshot says that a snapshot cannot be read, or cannot be one of a
	// tracker.
	ErrSnapshot = errors.New("journey: bad snapshot")
	// ErrSnapshotVersion says that a snapshot is of a version that is not
	// known here.
	ErrSnapshotVersion = errors.New("journey: unknown version of snapshot")
)

// snapshotVersion is that of the form that Snapshot writes.
const snapshotVersion = 1

type customerJSON struct {
	Customer string     `json:"customer"`
	Evidence []Evidence `json:"evidence"`
}

// Snapshot writes all evidence as JSON, one customer a line:
//
//	{"version":1,"customers":[
//	{"customer":"ann","evidence":[{"id":"…","time":"2026-05-01T10:00:00Z","rule":"Order Completed","stage":"purchase","effect":"enters","order":"7"}]}
//	]}
//
// Customers are sorted, and the evidence of each is in order, so the same set of
// touchpoints gives the same bytes, whatever way they came. It holds customers'
// data. The errors are those of the store and of w.
func (t *Tracker) Snapshot(ctx context.Context, w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(b, `{"version":%d,"customers":[`, snapshotVersion)
	separator := "\n"
	for c, err := range t.store.All(ctx) {
		if err != nil {
			return err
		}
		line, err := json.Marshal(customerJSON(c))
		if err != nil {
			return fmt.Errorf("journey: snapshot: %w", err)
		}
		b.WriteString(separator)
		if _, err := b.Write(line); err != nil {
			return err
		}
		separator = ",\n"
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

// Restore adds the evidence of a snapshot to the store. What is there already is
// not doubled, so the snapshots of several shards can be restored one after the
// other, and one that was interrupted again.
//
// The error is [ErrSnapshotVersion], [ErrSnapshot], [ErrUnknownStage] if the model
// lacks a stage, or one of the store, of r or of ctx. What came before it in the
// snapshot has been added.
func (t *Tracker) Restore(ctx context.Context, r io.Reader) error {
	in := &failingReader{r: r}
	err := t.restore(ctx, json.NewDecoder(in))
	if in.err != nil {
		return fmt.Errorf("journey: snapshot: %w", in.err)
	}
	return err
}

func (t *Tracker) restore(ctx context.Context, d *json.Decoder) error {
	if !expect(d, json.Delim('{')) || !expect(d, "version") {
		return fmt.Errorf("%w: does not begin with a version", ErrSnapshot)
	}
	var version int
	if d.Decode(&version) != nil {
		return fmt.Errorf("%w: version is not a number", ErrSnapshot)
	}
	if version != snapshotVersion {
		return fmt.Errorf("%w: %d", ErrSnapshotVersion, version)
	}
	if !expect(d, "customers") || !expect(d, json.Delim('[')) {
		return fmt.Errorf("%w: no customers", ErrSnapshot)
	}
	for n := 1; d.More(); n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return fmt.Errorf("%w: customer %d", ErrSnapshot, n)
		}
		if err := t.restoreCustomer(ctx, raw, n); err != nil {
			return err
		}
	}
	if !expect(d, json.Delim(']')) || !expect(d, json.Delim('}')) {
		return fmt.Errorf("%w: cut short", ErrSnapshot)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: text after the end", ErrSnapshot)
	}
	return nil
}

// expect reports whether the next token is the one wanted.
func expect(d *json.Decoder, want json.Token) bool {
	got, err := d.Token()
	return err == nil && got == want
}

// restoreCustomer adds the nth customer. No error holds a part of the text: the
// errors of package json would.
func (t *Tracker) restoreCustomer(ctx context.Context, raw []byte, n int) error {
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	var c customerJSON
	if !utf8.Valid(raw) || strict.Decode(&c) != nil || c.Customer == "" || len(c.Customer) > MaxKey {
		return fmt.Errorf("%w: customer %d", ErrSnapshot, n)
	}
	for i := range c.Evidence {
		e := &c.Evidence[i]
		e.Time = e.Time.UTC()
		rule, err := t.rule(e)
		if err != nil {
			return fmt.Errorf("%w: customer %d, evidence %d", ErrUnknownStage, n, i+1)
		}
		// A touchpoint of the same customer and time tells whether they are allowed.
		touch := touchpoint.Touchpoint{Customer: c.Customer, Time: e.Time}
		if e.ID == uuid.Nil || e.Rule == "" || len(e.Order) > MaxKey || e.Effect == Activity && e.Stage != "" || touch.Validate() != nil {
			return fmt.Errorf("%w: customer %d, evidence %d", ErrSnapshot, n, i+1)
		}
		if _, err := t.add(ctx, c.Customer, e, rule); err != nil {
			return err
		}
	}
	return nil
}

// failingReader remembers why reading failed.
type failingReader struct {
	r   io.Reader
	err error
}

func (f *failingReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
