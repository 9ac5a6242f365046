package cjm_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/cjm-go/cjm"

// goList returns the lines that go list prints for the main module.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// TestDependencies pins what an importer of the library takes in: two modules, and
// a third in tests.
func TestDependencies(t *testing.T) {
	modules := func(args ...string) []string {
		used := goList(t, append(args, "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...")...)
		slices.Sort(used)
		return slices.Compact(used)
	}
	assert.Equal(t, []string{module, "github.com/google/uuid", "gonum.org/v1/gonum"}, modules())
	assert.Equal(t, []string{module, "github.com/google/uuid", "github.com/stretchr/testify", "go.yaml.in/yaml/v3", "gonum.org/v1/gonum"},
		modules("-test"), "yaml comes with testify")
}

// TestArrows pins which package may import which: everything to the right of
// itself, nothing to the left.
func TestArrows(t *testing.T) {
	allowed := map[string][]string{
		"":                            {},
		"stage":                       {},
		"touchpoint":                  {"stage"},
		"journey":                     {"touchpoint", "stage"},
		"journey/markov":              {"journey", "touchpoint", "stage"},
		"journey/dropoff":             {"journey/markov", "journey", "touchpoint", "stage"},
		"journey/journeysql":          {"journey", "stage"},
		"journey/journeytest":         {"journey", "touchpoint", "stage"},
		"attribution":                 {"journey/markov", "journey", "touchpoint", "stage"},
		"attribution/attributiontest": {"attribution", "journey", "touchpoint"},
		"internal/exact":              {},
		"internal/enum":               {},
		"internal/gth":                {},
		"internal/stat":               {},
		"internal/csvscan":            {},
		"internal/wire":               {"internal/exact"},
		"examples/dropoff":            {"journey/dropoff", "journey", "touchpoint"},
		"examples/quickstart":         {"attribution", "journey", "touchpoint", "stage"},
		"examples/unittest":           {"attribution", "journey", "touchpoint", "stage"},
	}
	for _, line := range goList(t, "-f", `{{.ImportPath}}={{join .Imports ","}}`, "./...") {
		path, imports, _ := strings.Cut(line, "=")
		room := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		may, known := allowed[room]
		if !assert.True(t, known, "package %s has no place in the house yet", path) {
			continue
		}
		for imported := range strings.SplitSeq(imports, ",") {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if ok && (strings.HasPrefix(room, "internal/") || !strings.HasPrefix(ours, "internal/")) {
				assert.Contains(t, may, ours, "%s imports %s", path, imported)
			}
		}
	}
}
