package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
)

// generateChild writes a path table: generate FILE ROWS CHANNELS.
func generateChild(args []string) int {
	rows, err := strconv.Atoi(args[1])
	if err != nil {
		return exitUsage
	}
	channels, err := strconv.Atoi(args[2])
	if err != nil {
		return exitUsage
	}
	out, err := os.Create(args[0])
	if err != nil {
		return exitFailed
	}
	if writeRandomTable(out, rows, channels, 4) != nil || out.Close() != nil {
		return exitFailed
	}
	return exitOK
}

// writeRandomTable writes a path table with a journey a row: of geometric length
// with the mean given, one in five converting with a value.
func writeRandomTable(w io.Writer, rows, channels, mean int) error {
	dice := rand.New(rand.NewPCG(uint64(rows), uint64(channels)))
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "path,conversions,value,nulls")
	for range rows {
		for touch := 0; touch == 0 || dice.IntN(mean) > 0; touch++ {
			if touch > 0 {
				out.WriteString(" > ")
			}
			fmt.Fprintf(out, "channel %d", dice.IntN(channels))
		}
		if dice.IntN(5) == 0 {
			fmt.Fprintf(out, ",1,%d.%02d,0\n", dice.IntN(500), dice.IntN(100))
		} else {
			out.WriteString(",0,0,1\n")
		}
	}
	return out.Flush()
}

// scanChild splits a file into lines and fields and does nothing else: scan FILE.
func scanChild(args []string) int {
	in, err := os.Open(args[0])
	if err != nil {
		return exitFailed
	}
	defer in.Close()
	buf := make([]byte, 256<<10)
	fields, kept := 0, 0
	for {
		n, err := in.Read(buf[kept:])
		data := buf[:kept+n]
		for {
			end := bytes.IndexByte(data, '\n')
			if end < 0 {
				break
			}
			line := data[:end]
			data = data[end+1:]
			fields++
			for {
				comma := bytes.IndexByte(line, ',')
				if comma < 0 {
					break
				}
				line = line[comma+1:]
				fields++
			}
		}
		kept = copy(buf, data)
		if err != nil {
			if fields == 0 || err != io.EOF {
				return exitFailed
			}
			return exitOK
		}
	}
}
