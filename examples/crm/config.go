package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// config is what the command line says.
type config struct {
	listen       string
	db           string
	postgres     string
	tokenFile    string
	allowNoToken bool
	policy       journey.Policy
	dormantAfter time.Duration
	maxBody      int64
}

// parse reads the command line and writes what is wrong with it, or the help, to w.
func parse(args []string, w io.Writer) (config, error) {
	var c config
	f := flag.NewFlagSet("crm", flag.ContinueOnError)
	f.SetOutput(w)
	f.StringVar(&c.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&c.db, "db", "crm.db", "`file` of the SQLite database; made if it is not there")
	f.StringVar(&c.postgres, "postgres", "", "`DSN` of a PostgreSQL database, in place of --db; keep the password out of it, in PGPASSWORD or ~/.pgpass")
	f.StringVar(&c.tokenFile, "token-file", "", "`file` with the bearer token that every request but /healthz must have")
	f.BoolVar(&c.allowNoToken, "allow-no-token", false, "listen beyond loopback without a token: whoever reaches the address reads and deletes everything")
	f.TextVar(&c.policy, "policy", journey.HighWater, "`policy`: high-water (a customer never goes back) or latest")
	f.DurationVar(&c.dormantAfter, "dormant-after", 30*24*time.Hour, "silence after which a customer is dormant")
	f.Int64Var(&c.maxBody, "max-body", 1<<20, "largest body of a request, in `bytes`")
	if err := f.Parse(args); err != nil {
		return config{}, err
	}
	switch {
	case f.NArg() > 0:
		return config{}, errors.New("arguments that are no flags")
	case c.dormantAfter <= 0:
		return config{}, errors.New("--dormant-after: not positive")
	case c.maxBody <= 0 || c.maxBody > 64<<20:
		return config{}, errors.New("--max-body: not between 1 byte and 64 MiB")
	}
	return c, nil
}

func (c config) dialect() journeysql.Dialect {
	if c.postgres != "" {
		return journeysql.PostgreSQL
	}
	return journeysql.SQLite
}

// access is who may ask.
type access struct {
	token    *[sha256.Size]byte // hash of the token; nil if none is needed
	loopback bool               // listening for this machine only
}

func (a access) reach() string {
	if a.loopback {
		return "this machine only"
	}
	return "network"
}

// minToken is how long a token is at least, in bytes.
const minToken = 16

// access returns the address to listen on and who may ask there. It refuses an
// address that others can reach, unless there is a token or the flag to do
// without.
func (c config) access() (*net.TCPAddr, access, error) {
	address, err := net.ResolveTCPAddr("tcp", c.listen)
	if err != nil {
		return nil, access{}, fmt.Errorf("--listen: %w", err)
	}
	a := access{loopback: address.IP.IsLoopback()} // no IP at all means every one
	if c.tokenFile != "" {
		text, err := os.ReadFile(c.tokenFile)
		if err != nil {
			return nil, access{}, fmt.Errorf("--token-file: %w", err)
		}
		text = bytes.TrimSpace(text)
		if len(text) < minToken {
			return nil, access{}, fmt.Errorf("--token-file: a token of less than %d bytes", minToken)
		}
		hash := sha256.Sum256(text)
		a.token = &hash
	}
	if !a.loopback && a.token == nil && !c.allowNoToken {
		return nil, access{}, errors.New("--listen: others can reach this address: give a --token-file, or say --allow-no-token")
	}
	return address, a, nil
}
