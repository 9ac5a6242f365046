package touchpoint_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestCategoriesOf(t *testing.T) {
	known := touchpoint.WellKnownSources()
	for source, want := range map[string]touchpoint.Category{
		"google":                touchpoint.SearchSite,
		"Google":                touchpoint.SearchSite,
		"www.google.com":        touchpoint.SearchSite,
		"google.com.br":         touchpoint.SearchSite,
		"www.google.co.uk:443":  touchpoint.SearchSite,
		"shopping.google.com":   touchpoint.ShoppingSite,
		"google.example.com":    "", // somebody else's host that begins like it
		"mygoogle.com":          "",
		"m.facebook.com":        touchpoint.SocialSite,
		"notfacebook.com":       "",
		" youtube.com ":         touchpoint.VideoSite,
		"amazon.de":             touchpoint.ShoppingSite,
		"amazon.co.jp":          touchpoint.ShoppingSite,
		"":                      "",
		".":                     "",
		"partner.example":       "",
		"search.yahoo.co.jp":    touchpoint.SearchSite,
		"auctions.yahoo.co.jp":  "",
		"news.ycombinator.com.": "",
	} {
		assert.Equal(t, want, known.Of(source), source)
	}
}

func TestReadCategories(t *testing.T) {
	c, err := touchpoint.ReadCategories(strings.NewReader("\ufeffsource,category\r\n# ours\r\nOur.Example , Video\r\n\r\nOur.Example,video\r\n"))
	require.NoError(t, err)
	assert.Equal(t, touchpoint.Categories{"our.example": touchpoint.VideoSite}, c)
	assert.Equal(t, touchpoint.VideoSite, c.Of("tv.our.example"))

	c, err = touchpoint.ReadCategories(strings.NewReader(""))
	require.NoError(t, err)
	assert.Empty(t, c)
}

func TestReadCategoriesErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a,search\nb\n", "line 2: want source,category"},
		{"a,search\n ,video\n", "line 2: no source"},
		{"a,news\n", "line 1: the category is none of search, social, shopping, video"},
		{"a,search\na,video\n", "line 2: the source occurs with two categories"},
		{"\xff,video\n", "line 1: invalid UTF-8"},
		{"\"a,video\n", "extraneous or missing \" in quoted-field"},
	} {
		_, err := touchpoint.ReadCategories(strings.NewReader(c.in))
		require.ErrorIs(t, err, touchpoint.ErrCategories, c.in)
		assert.ErrorContains(t, err, c.want)
	}
	broken := errors.New("broken")
	_, err := touchpoint.ReadCategories(iotest.ErrReader(broken))
	assert.ErrorIs(t, err, broken)
}

func TestWellKnownSourcesIsACopy(t *testing.T) {
	c := touchpoint.WellKnownSources()
	delete(c, "google")
	assert.Equal(t, touchpoint.SearchSite, touchpoint.WellKnownSources().Of("google"))
}
