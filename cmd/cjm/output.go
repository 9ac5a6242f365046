package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// outputError says that the result could not be written; nil stays nil.
func outputError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing the result: %w", bareError(err))
}

// outputFile is a file that appears under its name only when it is complete.
type outputFile struct {
	*os.File
	name string // "" if the file is written in place
}

// createOutput begins a file. A name that stands for something else than a regular
// file, such as a pipe, is written in place.
func createOutput(name string) (*outputFile, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		return &outputFile{File: file}, outputError(err)
	}
	dir, base := filepath.Split(name)
	for i := 0; ; i++ {
		temporary := filepath.Join(dir, fmt.Sprintf(".%s.cjm-%d", base, i))
		file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return &outputFile{file, name}, nil
		}
		if !os.IsExist(err) || i == 100 {
			return nil, outputError(err)
		}
	}
}

// commit ends the file and gives it its name.
func (f *outputFile) commit() error {
	if err := f.Close(); err != nil {
		f.remove()
		return outputError(err)
	}
	if f.name == "" {
		return nil
	}
	if info, err := os.Stat(f.name); err == nil {
		if err := os.Chmod(f.File.Name(), info.Mode()&fs.ModePerm); err != nil {
			f.remove()
			return outputError(err)
		}
	}
	if err := os.Rename(f.File.Name(), f.name); err != nil {
		f.remove()
		return outputError(err)
	}
	return nil
}

// abandon ends the file without a trace.
func (f *outputFile) abandon() {
	f.Close()
	f.remove()
}

func (f *outputFile) remove() {
	if f.name != "" {
		os.Remove(f.File.Name())
	}
}
