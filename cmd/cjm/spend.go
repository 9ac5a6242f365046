package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/touchpoint"
)

// readSpend reads what channels cost.
func readSpend(env *environment, name string) (*attribution.Spend, error) {
	sources, err := newSources(env.ctx, []string{name}, env.stdin)
	if err != nil {
		return nil, err
	}
	in, err := sources[0].Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sources[0].name, bareError(err))
	}
	defer in.Close()
	return attribution.ReadSpend(contextReader{env.ctx, in}, sources[0].name)
}

// contextReader reads until the context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// mostNamed is how many channels a message names.
const mostNamed = 10

// printMismatches writes which channels have a cost but no touch, and which have
// touches but no known cost.
func printMismatches(w io.Writer, returns *attribution.SpendResult) {
	of := make(map[attribution.SpendStatus][]touchpoint.Channel)
	for channel, r := range returns.All() {
		of[r.Status] = append(of[r.Status], channel)
	}
	for _, problem := range []struct {
		status attribution.SpendStatus
		text   string
	}{
		{attribution.Untouched, "a cost but no touch, perhaps under another name"},
		{attribution.Unpaid, "touches but no known cost"},
	} {
		if channels := of[problem.status]; len(channels) > 0 {
			fmt.Fprintf(w, "cjm: spend: %s: %s\n", problem.text, listChannels(channels))
		}
	}
}

// listChannels lists channels, as far as they fit in a message.
func listChannels(channels []touchpoint.Channel) string {
	var names []string
	for _, channel := range channels[:min(len(channels), mostNamed)] {
		names = append(names, printable(string(channel)))
	}
	text := strings.Join(names, ", ")
	if more := len(channels) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %s more", grouped(int64(more)))
	}
	return text
}
