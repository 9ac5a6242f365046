package dropoff

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// reportShop returns what became of the customers of retentioneering's simple_shop in
// a funnel of kinds, by the month of their first event.
func reportShop(t *testing.T, f Funnel) *Report {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "funnels", "simple_shop.csv"))
	if os.IsNotExist(err) {
		t.Skip("SKIPPED: the shared data is not beside the checkout")
	}
	require.NoError(t, err)
	defer file.Close()
	month := func(t *touchpoint.Touchpoint) string { return t.Time.Format("2006-01") }
	c, err := NewCounts(f, Group{Name: "cohort", Key: month, Of: FirstKnown})
	require.NoError(t, err)
	var read journey.Report
	events := touchpoint.CSV{}.Decode(context.Background(), file)
	for p, err := range (journey.Builder{Split: journey.OnePerCustomer}).Build(context.Background(), events, &read) {
		require.NoError(t, err)
		require.NoError(t, c.Add(&p))
	}
	require.EqualValues(t, 32283, read.Touches)
	r := countsReport(t, c)
	require.EqualValues(t, 3751, r.Customers())
	require.Empty(t, r.Warnings())
	return r
}

func reportKinds(steps ...[]touchpoint.Kind) Funnel {
	var f Funnel
	for _, kinds := range steps {
		f.Steps = append(f.Steps, Step{Name: string(kinds[0]), Kinds: kinds})
	}
	return f
}

// reportPercent is a rate as the guide prints it.
func reportPercent(r Rate, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(r.Value*100*scale) / scale
}

// The numbers of retentioneering's user guide (docs/source/user_guides/funnel.rst at
// e7e25963): its closed funnel, catalog > ... > cart > ... > payment_done, is the
// zero Funnel, ordered with any touches between. In these data the tool's hybrid
// funnel, in which later steps follow the first in any order, has the same numbers for
// three steps, but 1,342 and 460 after product1|product2 instead of 1,257 and 429.
func TestPublishedShop(t *testing.T) {
	three := reportKinds([]touchpoint.Kind{"catalog"}, []touchpoint.Kind{"cart"}, []touchpoint.Kind{"payment_done"})
	r := reportShop(t, three)
	assert.Equal(t, [][6]int64{
		{3611, 3611, 0, 0, 0, 3611},
		{3611, 1924, 0, 3611 - 1924, 0, 0},
		{1924, 653, 0, 1924 - 653, 0, 0},
	}, countsRows(r))
	assert.EqualValues(t, 3751-3611, r.NotEntered())
	cart, _ := r.Step(2)
	assert.Equal(t, 53.28, reportPercent(cart.StepRate, 2))
	done, _ := r.Step(3)
	assert.Equal(t, 33.94, reportPercent(done.StepRate, 2))
	assert.Equal(t, 18.08, reportPercent(done.OverallRate, 2))
	countsSums(t, r)

	four := reportKinds([]touchpoint.Kind{"catalog"}, []touchpoint.Kind{"product1", "product2"}, []touchpoint.Kind{"cart"}, []touchpoint.Kind{"payment_done"})
	r = reportShop(t, four)
	rows := countsRows(r)
	assert.EqualValues(t, 3611, rows[0][1])
	assert.EqualValues(t, 2010, rows[1][1])
	// Counted independently of this library, by a scan over each customer.
	assert.EqualValues(t, 1257, rows[2][1])
	assert.EqualValues(t, 429, rows[3][1])

	// The guide compares those who came in January 2020 with February, in whole
	// percent.
	for month, want := range map[string][4]float64{"2020-01": {58, 66, 33, 12}, "2020-02": {52, 63, 25, 8}} {
		cohort, ok := r.Group(0).Find(ValueOf(month))
		require.True(t, ok)
		var got [4]float64
		for i := range 3 {
			row, _ := cohort.Step(i + 2)
			got[i] = reportPercent(row.StepRate, 0)
			got[3] = reportPercent(row.OverallRate, 0)
		}
		assert.Equal(t, want, got, month)
	}
}
