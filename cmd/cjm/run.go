package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line.
type commands struct {
	Attribute attributeCommand `cmd:"" help:"Credit channels with conversions and value."`
	Order     orderCommand     `cmd:"" help:"Compare Markov chains of different orders."`
	Score     scoreCommand     `cmd:"" help:"Say how likely journeys are to convert that came along given paths."`
	Paths     pathsCommand     `cmd:"" help:"Count the paths in event files as a path table."`
	Dropoff   dropoffCommand   `cmd:"" help:"Say where customers are lost, and what that costs."`
	Compare   compareCommand   `cmd:"" help:"Say how two groups differ, and what explains it."`
	Flow      flowCommand      `cmd:"" help:"Say which ways the journeys in event files go."`
	Demo      demoCommand      `cmd:"" help:"Show the main job on a sample that is built in."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// environment is what a command has of the world.
type environment struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	// given tells which flags the command line has, by name.
	given map[string]bool
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// run executes a command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var all commands
	ended := false // by --help
	parser, err := kong.New(&all,
		kong.Name("cjm"),
		kong.Description("Customer journeys to exact channel credit."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { ended = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "cjm:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if ended {
		return exitOK
	}
	if err != nil {
		if e := (*kong.ParseError)(nil); errors.As(err, &e) {
			parsed = e.Context
		}
		return fail(stderr, usageError{err}, commandName(parsed))
	}
	env := &environment{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, given: make(map[string]bool)}
	for _, p := range parsed.Path {
		if p.Flag != nil {
			env.given[p.Flag.Name] = true
		}
	}
	if err := parsed.Run(env); err != nil {
		return fail(stderr, err, commandName(parsed))
	}
	return exitOK
}

// commandName returns the name of the command that was parsed, with a space
// before it, or nothing.
func commandName(parsed *kong.Context) string {
	if parsed == nil || parsed.Selected() == nil {
		return ""
	}
	return " " + parsed.Selected().Name
}

// fail says what went wrong and returns the exit code for it.
func fail(stderr io.Writer, err error, command string) int {
	switch {
	case errors.As(err, new(usageError)):
		fmt.Fprintf(stderr, "cjm: %v\nTry: cjm%s --help\n", err, command)
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "cjm: cancelled")
	case errors.Is(err, syscall.EPIPE):
		// Whoever read the output has seen enough.
	default:
		fmt.Fprintln(stderr, "cjm:", err)
	}
	return exitFailed
}
