package main

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

const goodToken = "0123456789abcdef"

func tokenFile(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestParse(t *testing.T) {
	c, err := parse(nil, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, config{listen: "127.0.0.1:8080", db: "crm.db", dormantAfter: 720 * time.Hour, maxBody: 1 << 20}, c)

	c, err = parse([]string{"-policy", "latest", "--dormant-after", "24h", "--postgres", "x"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, journey.Latest, c.policy)
	assert.Equal(t, "postgresql", c.dialect().String())

	var help strings.Builder
	_, err = parse([]string{"--help"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, help.String(), "-token-file")

	for _, args := range []string{
		"--policy none", "--dormant-after 0s", "--dormant-after -1h", "--max-body 0", "--max-body 67108865", "--what", "crm.db",
	} {
		_, err := parse(strings.Fields(args), io.Discard)
		require.Error(t, err, args)
	}
}

func TestAccess(t *testing.T) {
	good, short := tokenFile(t, goodToken+"\n"), tokenFile(t, "  short  \n\n")
	for _, test := range []struct {
		c        config
		loopback bool
		token    bool
		err      string
	}{
		{c: config{listen: "127.0.0.1:0"}, loopback: true},
		{c: config{listen: "127.9.8.7:80"}, loopback: true},
		{c: config{listen: "[::1]:80"}, loopback: true},
		{c: config{listen: "localhost:80"}, loopback: true},
		{c: config{listen: "127.0.0.1:0", tokenFile: good}, loopback: true, token: true},
		{c: config{listen: ":80"}, err: "others can reach"},
		{c: config{listen: "0.0.0.0:80"}, err: "others can reach"},
		{c: config{listen: "[::]:80"}, err: "others can reach"},
		{c: config{listen: "192.0.2.1:80"}, err: "others can reach"},
		{c: config{listen: "[::ffff:192.0.2.1]:80"}, err: "others can reach"},
		{c: config{listen: ":80", tokenFile: good}, token: true},
		{c: config{listen: ":80", allowNoToken: true}},
		{c: config{listen: ":80", allowNoToken: true, tokenFile: good}, token: true},
		{c: config{listen: ":80", tokenFile: short}, err: "less than 16 bytes"},
		{c: config{listen: ":80", tokenFile: short, allowNoToken: true}, err: "less than 16 bytes"},
		{c: config{listen: "127.0.0.1:80", tokenFile: good + "x"}, err: "--token-file"},
		{c: config{listen: "127.0.0.1"}, err: "--listen"},
		{c: config{listen: "127.0.0.1:x"}, err: "--listen"},
	} {
		_, a, err := test.c.access()
		if test.err != "" {
			require.ErrorContains(t, err, test.err, "%+v", test.c)
			continue
		}
		require.NoError(t, err, "%+v", test.c)
		assert.Equal(t, test.loopback, a.loopback, "%+v", test.c)
		assert.Equal(t, test.token, a.token != nil, "%+v", test.c)
		assert.Equal(t, test.loopback, a.reach() == "this machine only")
	}
}

func TestDatabaseFile(t *testing.T) {
	_, path := newSQLite(t)
	info, err := os.Stat(path)
	require.NoError(t, err, "odd letters in the name")
	if filepath.Separator == '/' {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	_, _, err = config{db: filepath.Join(t.TempDir(), "none", "x.db")}.open(context.Background())
	require.Error(t, err)

	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, _, err = config{db: text}.open(context.Background())
	require.ErrorContains(t, err, "journeysql: open")
}

func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{
		{"--what"},
		{"--listen", ":0"},
		{"--db", filepath.Join(dir, "none", "x.db")},
		{"--db", filepath.Join(dir, "a.db"), "--listen", "127.0.0.1:99999"},
	} {
		require.Error(t, run(context.Background(), args, io.Discard), "%q", args)
	}
	_, err := os.Stat(filepath.Join(dir, "a.db"))
	assert.ErrorIs(t, err, os.ErrNotExist, "nothing is made before the flags are checked")
}
