package journey

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// builderFractribution reads a table of the Snowplow fractribution example.
func builderFractribution(t *testing.T, table string) []map[string]string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "data", "attribution", "fractribution", "expected")
	file, err := os.Open(filepath.Join(dir, "snowplow_fractribution_"+table+"_expected.csv"))
	if os.IsNotExist(err) {
		t.Skipf("SKIPPED: the fractribution tables are not beside the checkout: %v", err)
	}
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	var rows []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string)
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func builderFractributionTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05", text)
	require.NoError(t, err)
	return at
}

// The Builder makes the paths that fractribution makes of its sessions and
// conversions: with a lookback of 30 days, and the session at the time of a
// conversion before it. Fractribution leaves out what a customer did after the
// last conversion and any path without conversion of one who converted.
func TestBuilderFractribution(t *testing.T) {
	type key struct{ customer, path, end, value string }
	want := make(map[key]int)
	for _, row := range builderFractribution(t, "paths_to_conversion") {
		want[key{row["customer_id"], row["path"], row["conversion_tstamp"], row["revenue"]}]++
	}
	require.Len(t, want, 6)
	for _, row := range builderFractribution(t, "paths_to_non_conversion") {
		want[key{customer: row["customer_id"], path: row["path"]}]++
	}
	require.Len(t, want, 6+61)

	var in []touchpoint.Touchpoint
	for _, row := range builderFractribution(t, "sessions_by_customer_id") {
		in = append(in, touchpoint.Touchpoint{
			Customer: row["customer_id"], Time: builderFractributionTime(t, row["visit_start_tstamp"]), Channel: touchpoint.Channel(row["channel"]),
		})
	}
	converted := make(map[string]bool)
	for _, row := range builderFractribution(t, "conversions_by_customer_id") {
		value, err := strconv.ParseFloat(row["revenue"], 64)
		require.NoError(t, err)
		in = append(in, touchpoint.Touchpoint{
			Customer: row["customer_id"], Time: builderFractributionTime(t, row["conversion_tstamp"]), Seq: 1, Kind: "transaction", Value: value,
		})
		converted[row["customer_id"]] = true
	}
	require.Len(t, in, 97+6)

	rng := rand.New(rand.NewPCG(5, 6))
	rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
	paths, report := builderBuild(t, Builder{ConvertOn: []touchpoint.Kind{"transaction"}, Lookback: 30 * 24 * time.Hour}, in...)
	got := make(map[key]int)
	for _, p := range paths {
		var channels []string
		for _, touch := range p.Touchpoints {
			channels = append(channels, string(touch.Channel))
		}
		k := key{customer: p.Customer, path: strings.Join(channels, " > ")}
		switch {
		case p.Outcome == Converted:
			k.end, k.value = p.End.Format("2006-01-02 15:04:05"), strconv.FormatFloat(p.Value, 'g', -1, 64)
		case converted[p.Customer]:
			continue
		}
		got[k]++
	}
	require.Equal(t, want, got)
	require.EqualValues(t, 67, report.Customers)
	require.EqualValues(t, 6, report.Converted)
	require.Zero(t, report.Duplicates)
}
