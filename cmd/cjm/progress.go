package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progressFrom is the size of the input from which reading takes long enough to
// show how far it is.
const progressFrom = 64 << 20

// progress shows how much of the input has been read. A nil progress shows
// nothing.
type progress struct{ bar *progressbar.ProgressBar }

// showProgress shows the reading of the sources, if they are large files and w is
// a terminal. The function returned ends it.
func showProgress(w io.Writer, sources []*source) (done func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	return startProgress(w, sources)
}

func startProgress(w io.Writer, sources []*source) (done func()) {
	var total int64
	for _, s := range sources {
		size, ok := s.size()
		if !ok {
			return func() {}
		}
		total += size
	}
	if total < progressFrom {
		return func() {}
	}
	p := &progress{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)}
	for _, s := range sources {
		s.progress = p
	}
	return func() {
		// What a failing terminal does not show is no failure of the work.
		_ = p.bar.Clear()
		_ = p.bar.Exit()
	}
}

// counting counts the bytes of a source from when its progress is shown, which may
// be after it was opened to look at its header.
type counting struct {
	s *source
	r io.Reader
}

func (c counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if p := c.s.progress; p != nil {
		_ = p.bar.Add(n)
	}
	return n, err
}
