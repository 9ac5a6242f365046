package touchpoint

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readLines returns the lines of r, those too long as "<long>".
func readLines(r io.Reader, limit int) ([]string, error) {
	l := newLineReader(r, limit)
	var lines []string
	for {
		text, tooLong, ok := l.next()
		switch {
		case !ok:
			return lines, l.err
		case tooLong:
			lines = append(lines, "<long>")
		default:
			lines = append(lines, string(text))
		}
	}
}

func TestLineReader(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"\ufeff", []string{""}},
		{"a", []string{"a"}},
		{"a\n", []string{"a"}},
		{"\ufeffa\r\n\r\n\nb\r", []string{"a", "", "", "b"}},
		{"a\n\ufeffb", []string{"a", "\ufeffb"}},
		{"12345\n123456\n12345\r\n123456\r\n12345", []string{"12345", "<long>", "12345", "<long>", "12345"}},
	} {
		lines, err := readLines(strings.NewReader(test.text), 5)
		require.NoError(t, err)
		assert.Equal(t, test.want, lines, "%q", test.text)
		lines, err = readLines(iotest.OneByteReader(strings.NewReader(test.text)), 5)
		require.NoError(t, err)
		assert.Equal(t, test.want, lines, "%q", test.text)
	}
}

func TestLineReaderLongLines(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	text := "a\n" + long + "\nb\n" + long + "y\nc\n" + long + "y"
	lines, err := readLines(strings.NewReader(text), len(long))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", long, "b", "<long>", "c", "<long>"}, lines)
	lines, err = readLines(strings.NewReader(text), 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "<long>", "b", "<long>", "c", "<long>"}, lines)
}

func TestLineReaderError(t *testing.T) {
	broken := errors.New("broken")
	for _, err := range []error{broken, io.ErrUnexpectedEOF} {
		lines, got := readLines(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(err)), 10)
		assert.Equal(t, []string{"a"}, lines, "a line cut off is no line")
		require.ErrorIs(t, got, err)
	}
}
