package journey

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/cjm-go/cjm/internal/csvscan"
	"github.com/cjm-go/cjm/touchpoint"
)

// Accumulator is what counts paths in one pass: it takes them one at a time, in
// any order, and takes in what another of its type has counted. Every analysis
// of this library is one.
type Accumulator[A any] interface {
	Add(*Counted) error
	Merge(A) error
}

// Input is one file of a path table, or one of several that are its shards.
type Input struct {
	// Name is the name of the input in errors.
	Name string
	// Open starts reading. The reader is closed when it has been read.
	Open func() (io.ReadCloser, error)
}

// BadRows says what to do with a row that cannot be read.
type BadRows uint8

const (
	// StopAtBadRow: the first bad row ends the reading with its error.
	StopAtBadRow BadRows = iota
	// SkipBadRows: bad rows are passed over and counted in the report.
	SkipBadRows
)

// FoldOptions are the knobs of [Fold]. The zero value uses every processor and
// stops at the first bad row.
type FoldOptions struct {
	// Parallelism is how many goroutines parse and count: 0 as many as
	// GOMAXPROCS says, 1 only that of the caller. The result does not depend
	// on it.
	Parallelism int
	// BadRows says what to do with a row that cannot be read.
	BadRows BadRows
	// Transforms are applied to each path before it is counted.
	Transforms Transforms
}

// FoldReport says what [Fold] read.
type FoldReport struct {
	// Rows is the number of rows, those that were skipped among them.
	Rows int64
	// Skipped is the number of bad rows passed over.
	Skipped int64
	// First holds the first bad rows, at most ten, in the order of the input.
	First []*touchpoint.RowError
}

// maxReported is how many bad rows a report shows.
const maxReported = 10

// Fold reads the inputs as one path table and counts every path with the
// accumulators that fresh makes, one a goroutine, merged at the end. The result
// is that of one pass over all rows in any order.
//
// Each accumulator sees paths of one dictionary only, which is its own. If an
// accumulator fails, or the reading, or a row where that is to stop, the error
// is the first in the order of the input.
func Fold[A Accumulator[A]](ctx context.Context, t PathTable, inputs []Input, opts FoldOptions, fresh func() A) (A, *FoldReport, error) {
	var none A
	if err := errors.Join(t.Validate(), opts.Transforms.Validate()); err != nil {
		return none, nil, err
	}
	n := opts.Parallelism
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	workers := make([]*worker[A], n)
	for i := range workers {
		workers[i] = &worker[A]{acc: fresh(), dict: new(Dictionary), opts: opts}
	}
	var err error
	if n == 1 {
		var free sync.Pool
		err = readTasks(ctx, t, inputs, &free, func(task *task) bool {
			workers[0].do(task)
			free.Put(task)
			return workers[0].err == nil
		})
	} else {
		err = share(ctx, t, inputs, workers)
	}
	report := new(FoldReport)
	var first []skippedRow
	firstFailed := -1
	for i, w := range workers {
		report.Rows += w.rows
		report.Skipped += w.skipped
		first = append(first, w.first...)
		if w.err != nil && (firstFailed < 0 || w.failed < workers[firstFailed].failed) {
			firstFailed = i
		}
	}
	// A worker meets bad rows in order, so the first of all are among its first.
	slices.SortStableFunc(first, func(a, b skippedRow) int { return a.seq - b.seq })
	for _, row := range first[:min(len(first), maxReported)] {
		report.First = append(report.First, row.err)
	}
	// The rows of a failed worker come before whatever stopped the reading.
	if firstFailed >= 0 {
		err = workers[firstFailed].err
	}
	if err != nil {
		return none, report, err
	}
	for _, w := range workers[1:] {
		if err := workers[0].acc.Merge(w.acc); err != nil {
			return none, report, err
		}
	}
	return workers[0].acc, report, nil
}

// share reads in this goroutine and lets the workers parse and count in theirs.
// All have ended when it returns.
func share[A Accumulator[A]](ctx context.Context, t PathTable, inputs []Input, workers []*worker[A]) error {
	var (
		tasks  = make(chan *task, len(workers))
		failed = make(chan struct{})
		once   sync.Once
		free   sync.Pool
		wg     sync.WaitGroup
	)
	for _, w := range workers {
		wg.Go(func() {
			for task := range tasks {
				// After a failure only the tasks before it still matter.
				if w.err == nil {
					if w.do(task); w.err != nil {
						once.Do(func() { close(failed) })
					}
				}
				free.Put(task)
			}
		})
	}
	err := readTasks(ctx, t, inputs, &free, func(task *task) bool {
		select {
		case tasks <- task:
			return true
		case <-failed:
			return false
		}
	})
	close(tasks)
	wg.Wait()
	return err
}

// task is a block of an input with what it takes to parse it.
type task struct {
	seq     int // place in the order of all tasks
	table   PathTable
	layout  layout
	block   csvscan.Block
	records csvscan.Records
}

// readTasks reads the inputs and hands on their blocks in order, until handle
// refuses one.
func readTasks(ctx context.Context, t PathTable, inputs []Input, free *sync.Pool, handle func(*task) bool) error {
	seq := 0
	for _, in := range inputs {
		more, err := readInput(ctx, t, in, &seq, free, handle)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func readInput(ctx context.Context, t PathTable, in Input, seq *int, free *sync.Pool, handle func(*task) bool) (more bool, err error) {
	t.Source = in.Name
	r, err := in.Open()
	if err != nil {
		return false, t.readError(err)
	}
	defer r.Close()
	blocks, records, layout, err := t.open(r)
	if err != nil {
		return false, err
	}
	next := &task{records: *records}
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		next.seq, next.table, next.layout = *seq, t, layout
		*seq++
		if !handle(next) {
			return false, nil
		}
		if next, _ = free.Get().(*task); next == nil {
			next = new(task)
		}
		if !blocks.Next(&next.block) {
			if err := blocks.Err(); err != nil {
				return false, t.readError(err)
			}
			return true, nil
		}
		next.records.Comma = t.Comma
		next.records.Reset(next.block)
	}
}

// skippedRow is a bad row that was passed over, with the task that had it.
type skippedRow struct {
	seq int
	err *touchpoint.RowError
}

// worker parses and counts in one goroutine.
type worker[A Accumulator[A]] struct {
	acc  A
	dict *Dictionary
	opts FoldOptions

	rowReader *rowReader
	source    string

	rows, skipped int64
	first         []skippedRow
	err           error
	failed        int // the task in which err happened
}

func (w *worker[A]) do(task *task) {
	if w.rowReader == nil || w.source != task.table.Source || w.rowReader.at != task.layout {
		w.rowReader, w.source = task.table.rows(task.layout, w.dict), task.table.Source
	}
	records := &task.records
	for records.Next() {
		w.rows++
		p, bad := w.rowReader.parse(records)
		if bad != nil {
			if w.opts.BadRows == StopAtBadRow {
				w.err, w.failed = bad, task.seq
				return
			}
			w.skipped++
			if len(w.first) < maxReported {
				w.first = append(w.first, skippedRow{task.seq, bad})
			}
			continue
		}
		w.opts.Transforms.Apply(p)
		if err := w.acc.Add(p); err != nil {
			w.err, w.failed = w.rowReader.bad(records, "", err), task.seq
			return
		}
	}
}
