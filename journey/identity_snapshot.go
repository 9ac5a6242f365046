package journey

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// identityVersion is the version of the JSON form of an Identity.
const identityVersion = 1

// ErrIdentitySnapshot says that a snapshot of an [Identity] cannot be read. The
// message holds nothing of its contents.
var ErrIdentitySnapshot = errors.New("journey: bad snapshot of an identity")

// linkJSON and unlinkJSON are the lines of a snapshot.
type (
	linkJSON struct {
		ID     uuid.UUID  `json:"id"`
		A      Identifier `json:"a"`
		B      Identifier `json:"b"`
		From   time.Time  `json:"from"`
		Until  time.Time  `json:"until,omitzero"`
		Source string     `json:"source,omitempty"`
	}
	unlinkJSON struct {
		Link   uuid.UUID  `json:"link,omitzero"`
		A      Identifier `json:"a,omitzero"`
		B      Identifier `json:"b,omitzero"`
		At     time.Time  `json:"at"`
		Relink bool       `json:"relink,omitempty"`
		Source string     `json:"source,omitempty"`
	}
)

// Snapshot writes all facts as JSON, one a line: the links by ID, then the
// decisions. The same facts give the same bytes. The settings are not part of it.
// Links and unlinks wait meanwhile.
func (d *Identity) Snapshot(w io.Writer) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `{"version":%d,"links":[`, identityVersion)
	enc := lineEncoder{out: out}
	ids := slices.SortedFunc(maps.Keys(d.links), func(i, j uuid.UUID) int { return slices.Compare(i[:], j[:]) })
	for _, id := range ids {
		f := d.links[id].fact()
		enc.encode(linkJSON{f.id, f.a, f.b, f.from, f.until, f.source})
	}
	out.WriteString("\n],\"unlinks\":[")
	enc.more = false
	for _, target := range slices.SortedFunc(maps.Keys(d.ops), d.compareTargets) {
		for _, op := range d.ops[target] {
			enc.encode(unlinkJSON{target.link, target.a, target.b, op.at, op.relink, op.source})
		}
	}
	out.WriteString("\n]}\n")
	return errors.Join(enc.err, out.Flush())
}

// lineEncoder writes the elements of an array, each on a line.
type lineEncoder struct {
	out  *bufio.Writer
	more bool
	err  error
}

func (e *lineEncoder) encode(v any) {
	data, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = err
	}
	if e.more {
		e.out.WriteByte(',')
	}
	e.more = true
	e.out.WriteByte('\n')
	e.out.Write(data)
}

// Restore adds the facts of a snapshot to those that are known, as if they had
// been told one by one, but faster. The error is [ErrIdentitySnapshot] or one of
// r; nothing changed then. A snapshot made under other settings may hold
// identifiers in another form; they are normalised.
func (d *Identity) Restore(r io.Reader) error {
	in := &failedReader{r: r}
	s := snapshotReader{d: d, dec: json.NewDecoder(bufio.NewReader(in))}
	s.dec.DisallowUnknownFields()
	if reason := s.read(); reason != "" {
		if in.err != nil {
			return in.err
		}
		return fmt.Errorf("%w: %s", ErrIdentitySnapshot, reason)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range s.ops {
		d.addOp(s.targets[i], s.ops[i])
	}
	facts := make(map[uuid.UUID]identityFact, len(d.links)+len(s.links))
	for _, l := range d.links {
		facts[l.id] = l.fact()
	}
	for _, f := range s.links {
		if g, known := facts[f.id]; known {
			f = f.merge(g)
		}
		facts[f.id] = f
	}
	ops := d.ops
	d.clear()
	d.ops = ops
	for _, f := range facts {
		d.insert(&f)
	}
	nodes := make([]identityBefore, 0, len(d.nodes))
	undecided := new(identityComponent)
	for _, n := range d.nodes {
		if !n.blocked {
			n.comp = undecided
			nodes = append(nodes, identityBefore{node: n})
		}
	}
	d.regroup(nodes)
	return nil
}

// failedReader keeps the error of a reader apart from those of the JSON.
type failedReader struct {
	r   io.Reader
	err error
}

func (f *failedReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

type snapshotReader struct {
	d       *Identity
	dec     *json.Decoder
	links   []identityFact
	targets []identityTarget
	ops     []identityOp
}

// read returns what is wrong. Errors of package json are not passed on: they quote
// the text.
func (s *snapshotReader) read() string {
	var version int
	switch {
	case !s.token(json.Delim('{')) || !s.token("version"):
		return "no version"
	case s.dec.Decode(&version) != nil || version != identityVersion:
		return "unknown version"
	}
	if reason := s.array("links", s.link); reason != "" {
		return reason
	}
	if reason := s.array("unlinks", s.unlink); reason != "" {
		return reason
	}
	if !s.token(json.Delim('}')) {
		return "no end"
	}
	if _, err := s.dec.Token(); err != io.EOF {
		return "text after the end"
	}
	return ""
}

func (s *snapshotReader) token(want json.Token) bool {
	got, err := s.dec.Token()
	return err == nil && got == want
}

func (s *snapshotReader) array(name string, element func() string) string {
	if !s.token(name) || !s.token(json.Delim('[')) {
		return "no " + name
	}
	for i := 0; s.dec.More(); i++ {
		if reason := element(); reason != "" {
			return fmt.Sprintf("%s[%d]: %s", name, i, reason)
		}
	}
	if !s.token(json.Delim(']')) {
		return "no end of " + name
	}
	return ""
}

func (s *snapshotReader) link() string {
	var v linkJSON
	if s.dec.Decode(&v) != nil {
		return "malformed"
	}
	if v.ID == uuid.Nil {
		return "no id"
	}
	f, err := s.d.fact(&Link{ID: v.ID, A: v.A, B: v.B, From: v.From, Until: v.Until, Source: v.Source})
	if err != nil {
		return err.Error()
	}
	s.links = append(s.links, f)
	return ""
}

func (s *snapshotReader) unlink() string {
	var v unlinkJSON
	if s.dec.Decode(&v) != nil {
		return "malformed"
	}
	target, op, err := s.d.op(&Unlink{Link: v.Link, A: v.A, B: v.B, At: v.At, Source: v.Source}, v.Relink)
	if err != nil {
		return err.Error()
	}
	s.targets, s.ops = append(s.targets, target), append(s.ops, op)
	return ""
}
