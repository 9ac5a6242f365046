package touchpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Event logs of other people's making are read without a bad row. TestCSVAllFields
// and TestTimeISO cover what they need where the files are absent.
func TestCSVSharedData(t *testing.T) {
	for _, test := range []struct {
		file    string
		columns Columns
	}{
		{"funnels/simple_shop.csv", Columns{}},
		{"eventlogs/running-example.csv", Columns{Customer: "case:concept:name", Time: "time:timestamp", Kind: "concept:name", Cost: "Costs"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", test.file))
			if os.IsNotExist(err) {
				t.Skip("SKIPPED: the shared data is not beside the checkout")
			}
			require.NoError(t, err)
			require.NotContains(t, string(data), `"`) // then a row is a line
			o := decodeCSV(t, CSV{Columns: test.columns}, string(data))
			assert.Empty(t, o.errs)
			assert.Len(t, o.rows, bytes.Count(bytes.TrimSpace(data), []byte("\n")))
		})
	}
}
