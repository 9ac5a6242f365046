package attributiontest

import (
	"bytes"
	"fmt"
)

// The checks of the byte form.

// roundTrip: the bytes restore the state, in place of whatever was there, and
// paths can be added to it. Bytes that were cut or grew are refused.
func (tr *trial) roundTrip(t table) {
	a := tr.count(t)
	b := tr.bytes(a)
	kept := bytes.Clone(b)
	tr.same("restored from its bytes", a, tr.sent(a))
	empty := tr.fresh()
	tr.same("empty, restored from its bytes", empty, tr.sent(empty))

	got := tr.count(randomTable(tr.opts, tr.rng.IntN(1000)))
	parts := t.parts(tr.rng, 2)
	tr.ok(got.UnmarshalBinary(tr.bytes(tr.count(parts[0]))), "UnmarshalBinary")
	tr.same("restored over another state", tr.count(parts[0]), got)
	tr.add(got, parts[1])
	tr.same("restored over another state, then added to", a, got)

	was := tr.state(a)
	refuse := func(what string, b []byte) {
		if a.UnmarshalBinary(b) == nil {
			tr.failf("%s is not refused", what)
		}
		tr.unchanged(what+", refused", was, a)
	}
	n := tr.rng.IntN(len(kept) + 1)
	if n < len(kept) {
		refuse(fmt.Sprintf("the byte form cut to %d of %d bytes", n, len(kept)), kept[:n])
	}
	refuse("the byte form with one more byte", append(bytes.Clone(kept), 0))
}

// foreignBytes: bytes of another model, or of none, are refused; damaged ones do
// no harm.
func (tr *trial) foreignBytes() {
	t := randomTable(tr.opts, 0)
	a := tr.count(t)
	was := tr.state(a)
	refuse := func(what string, b []byte) {
		if a.UnmarshalBinary(b) == nil {
			tr.failf("%s are not refused", what)
		}
		tr.unchanged(what+", refused", was, a)
	}
	refuse("no bytes", nil)
	refuse("bytes of no model", []byte("no accumulator has ever written this"))
	for _, m := range tr.others() {
		other := m.NewAccumulator()
		tr.add(other, t)
		refuse("bytes of the model "+m.Name(), tr.bytes(other))
	}
	for i := range was.bytes {
		damaged := bytes.Clone(was.bytes)
		damaged[i] ^= 1 << tr.rng.IntN(8)
		b := tr.fresh()
		if b.UnmarshalBinary(damaged) != nil {
			tr.same("damaged bytes, refused", tr.fresh(), b)
		}
	}
}
