package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Help is the long help of the command.
func (versionCommand) Help() string {
	return examples("cjm version")
}

// Run prints the version of the module and that of Go.
func (versionCommand) Run(env *environment) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(env.stdout, "cjm %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return outputError(err)
}
