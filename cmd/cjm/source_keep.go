package main

import (
	"fmt"
	"io"
	"os"
)

// keep makes an input that can be read only once, such as standard input or a
// pipe, one that can be read again: it copies it to a temporary file, which its
// owner only can read and which is gone after close. A regular file stays where
// it is.
func (s *source) keep() error {
	var in io.Reader = s.stdin
	if in == nil {
		if info, err := os.Stat(s.path()); err != nil || info.Mode().IsRegular() || info.IsDir() {
			return nil // reading it says what is wrong
		}
		file, err := os.Open(s.path())
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, bareError(err))
		}
		defer file.Close()
		in = file
	}
	kept, err := os.CreateTemp("", "cjm-*")
	if err != nil {
		return fmt.Errorf("%s: copying it to read it again: %w", s.name, bareError(err))
	}
	s.file, s.stdin = kept.Name(), nil
	if _, err := io.Copy(kept, in); err != nil {
		kept.Close()
		return fmt.Errorf("%s: copying it to read it again: %w", s.name, bareError(err))
	}
	if err := kept.Close(); err != nil {
		return fmt.Errorf("%s: copying it to read it again: %w", s.name, bareError(err))
	}
	return nil
}

// forget removes what keep has made.
func (s *source) forget() {
	if s.file != "" {
		os.Remove(s.file)
		s.file = ""
	}
}
