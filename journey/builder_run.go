package journey

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/touchpoint"
)

// errBuilderStop ends a run whose consumer wants no more, or was told the last
// error already.
var errBuilderStop = errors.New("journey: stopped")

// builderCheckEvery is how many touchpoints go by between two looks at the context.
const builderCheckEvery = 4096

// builderRun is one loop over the paths of a [Builder].
type builderRun struct {
	Builder
	ctx       context.Context
	report    *Report
	yield     func(Path, error) bool
	convertOn map[touchpoint.Kind]bool
	known     map[touchpoint.Channel]bool // nil: all but the empty one
	latest    time.Time                   // the latest Time admitted
	currency  string                      // of the valued conversions so far
	ticks     int

	refs    []*touchpoint.Touchpoint // scratch: the customer's touchpoints
	touches []*touchpoint.Touchpoint // scratch: the touches of one path
}

func newBuilderRun(ctx context.Context, b Builder, report *Report, yield func(Path, error) bool) *builderRun {
	r := &builderRun{Builder: b, ctx: ctx, report: report, yield: yield}
	r.convertOn = make(map[touchpoint.Kind]bool, len(b.ConvertOn))
	for _, kind := range b.ConvertOn {
		r.convertOn[kind] = true
	}
	if b.Known != nil {
		r.known = make(map[touchpoint.Channel]bool, len(b.Known))
		for _, channel := range b.Known {
			r.known[channel] = true
		}
	}
	return r
}

// tick looks at the context now and then, the first time at once.
func (r *builderRun) tick() error {
	r.ticks++
	if r.ticks%builderCheckEvery != 1 {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("journey: %w", err)
	}
	return nil
}

// tell yields what is wrong with a touchpoint; the stream goes on.
func (r *builderRun) tell(err error) error {
	if !r.yield(Path{}, fmt.Errorf("journey: %w", err)) {
		return errBuilderStop
	}
	return nil
}

// admitted yields the touchpoints that take part in the analysis, normalised.
// The pointer is valid until the next one. An error ends the run.
func (r *builderRun) admitted(in iter.Seq2[touchpoint.Touchpoint, error]) iter.Seq2[*touchpoint.Touchpoint, error] {
	return func(yield func(*touchpoint.Touchpoint, error) bool) {
		if err := r.ctx.Err(); err != nil {
			yield(nil, fmt.Errorf("journey: %w", err))
			return
		}
		var t touchpoint.Touchpoint
		for next, err := range in {
			t = next
			ok, err := r.admit(&t, err)
			if err == nil {
				err = r.tick()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if ok && !yield(&t, nil) {
				return
			}
		}
	}
}

// admit judges one item of the input.
func (r *builderRun) admit(t *touchpoint.Touchpoint, err error) (bool, error) {
	if err != nil {
		r.report.BadRows++
		if row := (*touchpoint.RowError)(nil); !errors.As(err, &row) {
			return false, err
		}
		if !r.yield(Path{}, err) {
			return false, errBuilderStop
		}
		return false, nil
	}
	r.report.Read++
	if err := t.Validate(); err != nil {
		r.report.Invalid++
		return false, r.tell(&touchpoint.RowError{Err: err})
	}
	// One form for what means the same.
	t.Time = t.Time.Round(0).UTC()
	t.Received = t.Received.Round(0).UTC()
	t.Value, t.Cost = t.Value+0, t.Cost+0 // no -0
	if len(t.Properties) == 0 {
		t.Properties = nil
	}
	if t.ID == uuid.Nil {
		t.ID = t.ContentID()
	}
	if !r.AsOf.IsZero() && t.Time.After(r.AsOf) {
		r.report.AfterAsOf++
		return false, nil
	}
	if r.Unknown == RefuseUnknown {
		if _, touch := r.role(t); touch && !r.knows(t.Channel) {
			r.report.UnknownRefused++
			return false, r.tell(&touchpoint.RowError{Field: "channel", Err: ErrUnknownChannel})
		}
	}
	if t.Time.After(r.latest) {
		r.latest = t.Time
	}
	return true, nil
}

// role reports whether a touchpoint converts, and whether it is a touch.
func (r *builderRun) role(t *touchpoint.Touchpoint) (converts, touch bool) {
	kind := t.Kind
	if kind == "" {
		kind = touchpoint.Kind(t.Channel)
	}
	if r.convertOn[kind] {
		return true, false
	}
	return t.Conversion, !t.Conversion || t.Channel != ""
}

// knows reports whether the analysis knows the channel.
func (r *builderRun) knows(channel touchpoint.Channel) bool {
	if r.known == nil {
		return channel != ""
	}
	return r.known[channel]
}

// grouped runs over an input in which each customer's touchpoints stand together.
func (r *builderRun) grouped(in iter.Seq2[touchpoint.Touchpoint, error]) error {
	var past customerWindow
	return r.eachCustomer(r.admitted(in), func(name string) error {
		h := hashCustomer(name)
		if past.has(h) {
			return ErrNotGrouped
		}
		past.add(h)
		return nil
	})
}

// eachCustomer collects runs of touchpoints of the same customer and makes paths
// of each. It calls begin with the name of each customer before it.
func (r *builderRun) eachCustomer(in iter.Seq2[*touchpoint.Touchpoint, error], begin func(name string) error) error {
	var group []touchpoint.Touchpoint
	flush := func() error {
		if len(group) == 0 {
			return nil
		}
		refs := r.refs[:0]
		for i := range group {
			refs = append(refs, &group[i])
		}
		r.refs = refs
		err := r.customer(refs)
		clear(group)
		group = group[:0]
		return err
	}
	for t, err := range in {
		if err != nil {
			return err
		}
		if len(group) == 0 || group[0].Customer != t.Customer {
			if err := flush(); err != nil {
				return err
			}
			if err := begin(t.Customer); err != nil {
				return err
			}
		}
		group = append(group, *t)
	}
	return flush()
}

// unordered runs over an input in any order: it collects first.
func (r *builderRun) unordered(in iter.Seq2[touchpoint.Touchpoint, error]) (err error) {
	var buffer touchBuffer
	disk := spill{dir: r.SpillDir, report: r.report}
	defer func() {
		if closing := disk.close(); err == nil {
			err = closing
		}
	}()
	limit := r.MaxBuffered
	if limit == 0 {
		limit = DefaultMaxBuffered
	}
	for t, err := range r.admitted(in) {
		if err != nil {
			return err
		}
		if buffer.len() == limit {
			if r.NoSpill {
				return fmt.Errorf("%w: more than %d touchpoints: sort the input by customer and use the grouped order, or raise MaxBuffered", ErrTooLarge, limit)
			}
			if err := disk.write(r.ctx, buffer.inOrder()); err != nil {
				return err
			}
			buffer.reset()
		}
		buffer.add(t)
	}
	if r.LostAfter > 0 && r.AsOf.IsZero() {
		r.AsOf = r.latest
		r.report.AsOf = r.latest
	}
	if disk.empty() {
		for refs := range buffer.customers() {
			if err := r.customer(refs); err != nil {
				return err
			}
		}
		return nil
	}
	if err := disk.write(r.ctx, buffer.inOrder()); err != nil {
		return err
	}
	buffer = touchBuffer{}
	return r.eachCustomer(disk.merged(r.ctx), func(string) error { return nil })
}
