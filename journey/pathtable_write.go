package journey

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tableWriter writes the rows of a path table. The first write error sticks.
type tableWriter struct {
	w     *bufio.Writer
	comma byte
	num   []byte
}

func newTableWriter(w io.Writer, comma byte) *tableWriter {
	if comma == 0 {
		comma = ','
	}
	return &tableWriter{w: bufio.NewWriter(w), comma: comma}
}

func (t *tableWriter) header(opens bool) {
	names := []string{"path", "conversions", "value", "nulls"}
	if opens {
		names = append(names, "opens")
	}
	t.w.WriteString(strings.Join(names, string(rune(t.comma))))
	t.w.WriteByte('\n')
}

func (t *tableWriter) row(path string, p *Counted, opens bool) {
	t.field(path)
	t.count(p.Conversions)
	t.w.WriteByte(t.comma)
	t.num = strconv.AppendFloat(t.num[:0], p.Value, 'g', -1, 64)
	t.w.Write(t.num)
	t.count(p.Nulls)
	if opens {
		t.count(p.Opens)
	}
	t.w.WriteByte('\n')
}

func (t *tableWriter) count(n int64) {
	t.w.WriteByte(t.comma)
	t.num = strconv.AppendInt(t.num[:0], n, 10)
	t.w.Write(t.num)
}

// field writes text, in quotes where it needs them.
func (t *tableWriter) field(s string) {
	if !strings.ContainsAny(s, "\"\r\n"+string(rune(t.comma))) {
		t.w.WriteString(s)
		return
	}
	t.w.WriteByte('"')
	t.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	t.w.WriteByte('"')
}

func (t *tableWriter) flush() error {
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("journey: writing paths: %w", err)
	}
	return nil
}

// writable reports why a name would not be read back as it is.
func (t PathTable) writable(name string) error {
	switch {
	case strings.Contains(name, t.separator()):
		return fmt.Errorf("%w: channel %q holds the separator %q; choose another separator", ErrTable, name, t.separator())
	case name == string(None):
		return fmt.Errorf("%w: no channel may be called %q, which stands for empty paths", ErrTable, name)
	case name == "" || strings.TrimSpace(name) != name:
		return fmt.Errorf("%w: channel %q is empty or has space around it", ErrTable, name)
	case !utf8.ValidString(name):
		return fmt.Errorf("%w: channel %q is not valid UTF-8", ErrTable, name)
	}
	return nil
}
