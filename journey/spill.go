package journey

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"github.com/cjm-go/cjm/touchpoint"
)

// spill keeps on disk what does not fit in memory, as an external merge sort
// does: runs of touchpoints sorted by customer, each in a file of JSON lines.
// Runs that went through as many merges form a level; a full level is merged
// into one run of the next, so that few files are open whatever the input.
type spill struct {
	dir    string
	report *Report
	levels [][]*spillRun
}

// spillFanIn is how many runs make a level full.
const spillFanIn = 32

// spillRun is a file of touchpoints sorted by customer.
type spillRun struct {
	file     *os.File
	unlinked bool
}

// empty reports whether nothing was written.
func (s *spill) empty() bool { return len(s.levels) == 0 }

// write writes touchpoints that are sorted by customer.
func (s *spill) write(ctx context.Context, sorted iter.Seq2[*touchpoint.Touchpoint, error]) error {
	if err := s.put(ctx, 0, sorted); err != nil {
		return fmt.Errorf("journey: spill to disk: %w", err)
	}
	return nil
}

func (s *spill) put(ctx context.Context, level int, sorted iter.Seq2[*touchpoint.Touchpoint, error]) error {
	run, err := newSpillRun(s.dir)
	if err != nil {
		return err
	}
	if len(s.levels) == level {
		s.levels = append(s.levels, nil)
	}
	s.levels[level] = append(s.levels[level], run)
	touchpoints, bytes, err := writeLines(ctx, run.file, sorted)
	if level == 0 {
		s.report.Spilled += touchpoints
	}
	s.report.SpilledBytes += bytes
	if err != nil || len(s.levels[level]) < spillFanIn {
		return err
	}
	full := s.levels[level]
	if err := s.put(ctx, level+1, mergeRuns(ctx, full)); err != nil {
		return err
	}
	s.levels[level] = nil
	return closeRuns(full)
}

// merged yields all touchpoints sorted by customer. The pointer is valid until
// the next one.
func (s *spill) merged(ctx context.Context) iter.Seq2[*touchpoint.Touchpoint, error] {
	var all []*spillRun
	for _, level := range s.levels {
		all = append(all, level...)
	}
	return func(yield func(*touchpoint.Touchpoint, error) bool) {
		for t, err := range mergeRuns(ctx, all) {
			if err != nil {
				err = fmt.Errorf("journey: read back from disk: %w", err)
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

// close removes all files.
func (s *spill) close() error {
	var errs []error
	for _, level := range s.levels {
		errs = append(errs, closeRuns(level))
	}
	s.levels = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("journey: remove temporary files: %w", err)
	}
	return nil
}

// newSpillRun makes a temporary file. Where the system allows it, the file loses
// its name at once, so that not even a killed process leaves data behind.
func newSpillRun(dir string) (*spillRun, error) {
	file, err := os.CreateTemp(dir, "cjm-spill-*.jsonl")
	if err != nil {
		return nil, err
	}
	return &spillRun{file: file, unlinked: os.Remove(file.Name()) == nil}, nil
}

func (r *spillRun) close() error {
	err := r.file.Close()
	if !r.unlinked {
		err = errors.Join(err, os.Remove(r.file.Name()))
	}
	return err
}

func closeRuns(runs []*spillRun) error {
	var errs []error
	for _, run := range runs {
		errs = append(errs, run.close())
	}
	return errors.Join(errs...)
}

// writeLines writes the touchpoints as JSON lines and returns how many, and how
// many bytes.
func writeLines(ctx context.Context, w io.Writer, in iter.Seq2[*touchpoint.Touchpoint, error]) (touchpoints, bytes int64, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for t, err := range in {
		if err == nil && touchpoints%builderCheckEvery == 0 {
			err = ctx.Err()
		}
		if err == nil {
			line, err = touchpoint.AppendJSON(line[:0], t)
		}
		if err == nil {
			line = append(line, '\n')
			_, err = out.Write(line)
		}
		if err != nil {
			return touchpoints, bytes, err
		}
		touchpoints++
		bytes += int64(len(line))
	}
	return touchpoints, bytes, out.Flush()
}

// mergeRuns yields the touchpoints of all runs, sorted by customer. The pointer
// is valid until the next one.
func mergeRuns(ctx context.Context, runs []*spillRun) iter.Seq2[*touchpoint.Touchpoint, error] {
	return func(yield func(*touchpoint.Touchpoint, error) bool) {
		heads := make([]*spillHead, 0, len(runs))
		for _, run := range runs {
			h, err := run.head()
			if err != nil {
				yield(nil, err)
				return
			}
			heads = append(heads, h)
		}
		for n := 0; ; n++ {
			least := -1
			for i, h := range heads {
				if h.ok && (least < 0 || h.touchpoint.Customer < heads[least].touchpoint.Customer) {
					least = i
				}
			}
			if least < 0 {
				return
			}
			if !yield(&heads[least].touchpoint, nil) {
				return
			}
			err := heads[least].advance()
			if err == nil && n%builderCheckEvery == 0 {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// spillHead is the next touchpoint of a run.
type spillHead struct {
	touchpoint touchpoint.Touchpoint
	ok         bool // false: the run is at its end
	lines      *bufio.Scanner
}

// head begins to read the run.
func (r *spillRun) head() (*spillHead, error) {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	h := &spillHead{lines: bufio.NewScanner(r.file)}
	h.lines.Buffer(make([]byte, 0, 1<<16), math.MaxInt)
	return h, h.advance()
}

func (h *spillHead) advance() error {
	if h.ok = h.lines.Scan(); !h.ok {
		return h.lines.Err()
	}
	return h.touchpoint.UnmarshalJSON(h.lines.Bytes())
}
