package sample

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

var update = flag.Bool("update", false, "write sample.csv.gz anew")

func TestEmbedded(t *testing.T) {
	var made bytes.Buffer
	require.NoError(t, Write(&made))
	if *update {
		file, err := os.Create("sample.csv.gz")
		require.NoError(t, err)
		zip, err := gzip.NewWriterLevel(file, gzip.BestCompression)
		require.NoError(t, err)
		_, err = zip.Write(made.Bytes())
		require.NoError(t, err)
		require.NoError(t, zip.Close())
		require.NoError(t, file.Close())
		return
	}
	in, err := Open()
	require.NoError(t, err)
	embedded, err := io.ReadAll(in)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(made.Bytes(), embedded), "sample.csv.gz is not what Write makes: run go generate")
}

func TestSampleShowsWhatItShould(t *testing.T) {
	in, err := Open()
	require.NoError(t, err)
	var touches, orders, noChannel int
	customers := make(map[string]int)
	settings := make(map[touchpoint.Setting]int)
	channels := make(map[touchpoint.Channel]bool)
	stages := make(map[string]bool)
	for p, err := range (touchpoint.CSV{Source: Name}).Decode(t.Context(), in) {
		require.NoError(t, err)
		touches++
		settings[p.Setting]++
		stages[string(p.Stage)] = true
		if p.Channel == "" {
			noChannel++
		} else {
			channels[p.Channel] = true
		}
		if p.Conversion {
			orders++
			customers[p.Customer]++
			assert.Positive(t, p.Value)
			assert.Equal(t, Currency, p.Currency)
		}
	}
	repeat := 0
	for _, n := range customers {
		if n > 1 {
			repeat++
		}
	}
	assert.True(t, touches > 3000 && touches < 6000, "%d rows", touches)
	assert.Len(t, channels, int(numChannels))
	assert.Greater(t, orders, 250)
	assert.Greater(t, noChannel, 100, "orders that are no touch")
	assert.Greater(t, repeat, 20)
	assert.Greater(t, settings[touchpoint.Offline], 400)
	assert.Greater(t, settings[touchpoint.Online], settings[touchpoint.Offline])
	for _, stage := range []string{"awareness", "consideration", "decision", "purchase", "retention"} {
		assert.True(t, stages[stage], stage)
	}
}
