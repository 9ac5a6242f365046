package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHelpHasExamples(t *testing.T) {
	for _, command := range []string{"attribute", "order", "score", "paths", "dropoff", "compare", "flow", "demo", "version"} {
		got := cjm(t, command, "--help")
		assert.Equal(t, exitOK, got.code, command)
		assert.Contains(t, got.stdout, "Examples:", command)
		assert.Contains(t, got.stdout, "cjm "+command, command)
		assert.Empty(t, got.stderr, command)
	}
	got := cjm(t, "--help")
	assert.Equal(t, exitOK, got.code)
	assert.Contains(t, got.stdout, "attribute")
}

func TestUsageErrors(t *testing.T) {
	table := file(t, "paths.csv", "path,conversions\nA,1\n")
	rows := file(t, "events.csv", "customer,time,channel,conversion\n1,2026-01-01,A,1\n")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no command", nil, "attribute"},
		{"unknown command", []string{"draw"}, "draw"},
		{"unknown flag", []string{"attribute", "--colour", table}, "--colour"},
		{"no file", []string{"attribute"}, "<file>"},
		{"stdin twice", []string{"attribute", "-", "-"}, "only once"},
		{"unknown model", []string{"attribute", "--model", "shapely", table}, `no model "shapely"`},
		{"model twice", []string{"attribute", "--model", "first,first", table}, "first is named twice"},
		{"all and more", []string{"attribute", "--model", "all,first", table}, "all stands alone"},
		{"no model", []string{"attribute", "--model", "", table}, "no model"},
		{"time decay without times", []string{"attribute", "--model", "time-decay", table}, "needs times"},
		{"half-life without times", []string{"attribute", "--model", "all", "--half-life", "7d", table}, "needs times"},
		{"half-life for nothing", []string{"attribute", "--half-life", "7d", rows}, "--half-life is for the model time-decay"},
		{"direct for nothing", []string{"attribute", "--direct", "A", table}, "--direct is for the model last-non-direct"},
		{"nulls for nothing", []string{"attribute", "--model", "first", "--nulls", "exclude", table}, "--nulls is for the model markov"},
		{"bad nulls", []string{"attribute", "--nulls", "maybe", table}, "--nulls"},
		{"bad format", []string{"attribute", "--format", "xml", table}, "--format"},
		{"bad input", []string{"attribute", "--input", "xml", table}, "--input"},
		{"negative lookback", []string{"attribute", "--lookback=-3d", rows}, "positive duration"},
		{"zero lookback", []string{"attribute", "--lookback", "0", rows}, "positive duration"},
		{"negative steps", []string{"attribute", "--lookback-steps=-1", rows}, "from 1 up"},
		{"negative parallel", []string{"attribute", "--parallel=-1", table}, "--parallel"},
		{"empty separator", []string{"attribute", "--sep=", table}, "--sep"},
		{"bad transform", []string{"attribute", "--transform", "shuffle", table}, "shuffle"},
		{"bad time", []string{"attribute", "--as-of", "tomorrow", rows}, "--as-of"},
		{"bad zone", []string{"attribute", "--time-zone", "Mars", rows}, "Mars"},
		{"local zone", []string{"attribute", "--time-zone", "Local", rows}, "time zone"},
		{"empty kind", []string{"attribute", "--convert-on=A,,B", rows}, "ConvertOn"},
		{"grouped without as-of", []string{"attribute", "--grouped", "--lost-after", "1d", rows}, "needs --as-of"},
		{"bad columns", []string{"attribute", "--columns", "colour=x", table}, `"colour"`},
		{"columns of another kind", []string{"attribute", "--input", "events", "--columns", "path=x", rows}, `"path"`},
		{"columns of yet another kind", []string{"attribute", "--input", "paths", "--columns", "customer=x", table}, `"customer"`},
		{"lookback on a path table", []string{"attribute", "--lookback", "3d", table}, "--lookback does not apply to a path table"},
		{"more on a path table", []string{"attribute", "--as-of", "2026-01-01", "--grouped", table}, "--as-of, --grouped do not apply to a path table"},
		{"separator on events", []string{"attribute", "--sep", "|", rows}, "--sep does not apply to events"},
		{"columns of a table for paths", []string{"paths", "--columns", "path=x", rows}, `"path"`},
		{"empty separator for paths", []string{"paths", "--sep=", rows}, "--sep"},
		{"bad time for paths", []string{"paths", "--as-of", "tomorrow", rows}, "--as-of"},
		{"order zero", []string{"attribute", "--order", "0", table}, "from 1 up, or auto"},
		{"negative order", []string{"attribute", "--order=-1", table}, "from 1 up, or auto"},
		{"order for nothing", []string{"attribute", "--order", "2", "--model", "shapley", table}, "--order is for the model markov or shapley-markov, none of which is asked for"},
		{"bypass", []string{"attribute", "--removal", "bypass", table}, "every effect would be 0"},
		{"bad removal", []string{"attribute", "--removal", "forget", table}, "forget"},
		{"removal for nothing", []string{"attribute", "--removal", "renormalise", "--model", "shapley-markov", table}, "--removal is for the model markov, which is not asked for"},
		{"zero tolerance", []string{"attribute", "--tolerance", "0", table}, "above 0 and below 1"},
		{"negative tolerance", []string{"attribute", "--tolerance=-1e-9", table}, "above 0 and below 1"},
		{"tolerance that is no number", []string{"attribute", "--tolerance", "NaN", table}, "above 0 and below 1"},
		{"tolerance for nothing", []string{"attribute", "--tolerance", "1e-9", "--model", "last", table}, "--tolerance is for the model markov"},
		{"seed for nothing", []string{"attribute", "--seed", "1", table}, "--seed is for"},
		{"bad interval", []string{"attribute", "--interval", "100", table}, "below 100"},
		{"by customer on a path table", []string{"attribute", "--interval", "95", "--by-customer", table}, "--by-customer does not apply to a path table"},
		{"by customer for nothing", []string{"attribute", "--by-customer", rows}, "--by-customer is for --interval"},
		{"bootstrap for nothing", []string{"attribute", "--bootstrap", "200", rows}, "--bootstrap is for --interval"},
		{"bootstrap of none", []string{"attribute", "--interval", "95", "--bootstrap", "0", rows}, "from 1 up"},
		{"too few replicates", []string{"attribute", "--interval", "95", "--bootstrap", "38", rows}, "needs 39 replicates"},
		{"too few replicates for the level", []string{"attribute", "--interval", "99.9", "--model", "shapley-rate", rows}, "replicates at least"},
		{"spend without a name", []string{"attribute", "--spend=", table}, "--spend"},
		{"stdin twice with spend", []string{"attribute", "--spend", "-", "-"}, "only once"},
		{"spend per journey", []string{"attribute", "--spend", table, "--per-journey", table}, "--spend does not apply to --per-journey"},
		{"intervals per journey", []string{"attribute", "--interval", "95", "--per-journey", table}, "--interval does not apply to --per-journey"},
		{"a table per journey", []string{"attribute", "--per-journey", "--format", "table", table}, "--per-journey prints csv, not table"},
		{"two commas", []string{"attribute", "--comma", ";;", table}, "one ASCII character"},
		{"stdin twice for paths", []string{"paths", "-", "-"}, "only once"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := cjm(t, test.args...)
			assert.Equal(t, exitUsage, got.code)
			assert.Contains(t, got.stderr, test.want)
			assert.Contains(t, got.stderr, "--help")
			assert.Empty(t, got.stdout)
		})
	}
}

// Every flag that applies to one kind of input only must exist, or it would never
// be refused.
func TestFlagNamesExist(t *testing.T) {
	help := cjm(t, "attribute", "--help").stdout
	for _, name := range append(eventFlagNames, tableFlagNames...) {
		assert.Contains(t, help, "--"+name)
	}
}

func TestVersion(t *testing.T) {
	got := cjm(t, "version")
	assert.Equal(t, exitOK, got.code)
	assert.Regexp(t, `^cjm \S+ \(go\S+ \w+/\w+\)\n$`, got.stdout)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	table := file(t, "paths.csv", "path,conversions\nA,1\n")
	rows := file(t, "events.csv", "customer,time,channel,conversion\n1,2026-01-01,A,1\n")
	target := file(t, "out.csv", "before")
	for _, args := range [][]string{
		{"attribute", table},
		{"attribute", "--parallel", "2", table},
		{"attribute", rows},
		{"attribute", "-"},
		{"attribute", "--per-journey", table},
		{"attribute", "--per-journey", "-"},
		{"attribute", "--order", "auto", table},
		{"attribute", "--spend", table, table},
		{"order", table},
		{"order", rows},
		{"score", table, "--paths", table},
		{"paths", rows},
		{"paths", "-o", target, rows},
		{"demo"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(ctx, args, strings.NewReader("path,conversions\nA,1\n"), &stdout, &stderr)
		assert.Equal(t, exitFailed, code, args)
		assert.Equal(t, "cjm: cancelled\n", stderr.String(), args)
		assert.Empty(t, stdout.String(), args)
	}
	kept, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "before", string(kept))
}

func TestCancelledWhileWaitingForInput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	var stdout, stderr bytes.Buffer
	ended := make(chan int)
	go func() { ended <- run(ctx, []string{"attribute", "-"}, r, &stdout, &stderr) }()
	cancel()
	assert.Equal(t, exitFailed, <-ended)
	assert.Equal(t, "cjm: cancelled\n", stderr.String())
	assert.Empty(t, stdout.String())
}

// failingWriter is a standard output that fails.
type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestOutputThatCannotBeWritten(t *testing.T) {
	table := file(t, "paths.csv", "path,conversions\nA,1\n")
	rows := file(t, "events.csv", "customer,time,channel,conversion\n1,2026-01-01,A,1\n")
	full := failingWriter{&os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}}
	closed := failingWriter{&os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
	for _, args := range [][]string{
		{"attribute", table},
		{"attribute", "--format", "csv", table},
		{"attribute", "--format", "json", table},
		{"attribute", "--per-journey", table},
		{"order", "--criterion", "aic", table},
		{"order", "--criterion", "aic", "--format", "csv", table},
		{"order", "--criterion", "aic", "--format", "json", table},
		{"score", table, "--paths", table},
		{"paths", rows},
		{"demo"},
		{"demo", "--events"},
		{"version"},
	} {
		var stderr bytes.Buffer
		assert.Equal(t, exitFailed, run(t.Context(), args, nil, full, &stderr), args)
		assert.Contains(t, stderr.String(), syscall.ENOSPC.Error(), args)

		stderr.Reset()
		run(t.Context(), args, nil, closed, &stderr)
		assert.NotContains(t, stderr.String(), "writing", args)
	}
}
