package journey

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const snapshotText = `{"version":1,"customers":[
{"customer":"ann \u003c\"☕\"\u003e","evidence":[{"id":"01000000-0000-0000-0000-000000000002","time":"2026-05-01T00:00:00.000000001Z","rule":"r-look","stage":"look","effect":"enters"},{"id":"01000000-0000-0000-0000-000000000001","time":"2026-05-01T03:00:00Z","seq":-5,"rule":"r-buy","stage":"buy","effect":"enters","order":"7"}]},
{"customer":"bob","evidence":[{"id":"01000000-0000-0000-0000-000000000001","time":"2026-05-01T01:00:00Z","rule":"r-refund","effect":"refunds","order":"8"},{"id":"01000000-0000-0000-0000-000000000003","time":"2026-05-01T01:00:00Z","rule":"r-says-buy","stage":"buy","effect":"reports"},{"id":"01000000-0000-0000-0000-000000000002","time":"2026-05-01T02:00:00Z","rule":"r-seen","effect":"activity"}]}
]}
`

func TestSnapshot(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{}, nil)
	observeAll(t, tracker, script(t, "bob", "refund@1#8 seen@2 says-buy@1"))
	touches := script(t, `ann <"☕">`, "buy@3#7 look@0")
	touches[0].Seq = -5
	touches[1].Time = touches[1].Time.Add(1)
	observeAll(t, tracker, touches)
	require.Equal(t, snapshotText, snapshotOf(t, tracker))

	for _, store := range []Store{nil, otherStore{new(MemoryStore)}} {
		other := newTestTracker(t, TrackerOptions{}, store)
		require.NoError(t, other.Restore(ctx, iotest.OneByteReader(strings.NewReader(snapshotText))))
		require.Equal(t, snapshotText, snapshotOf(t, other))
		require.NoError(t, other.Restore(ctx, strings.NewReader(snapshotText)), "what is there is not doubled")
		require.Equal(t, snapshotText, snapshotOf(t, other))
		for _, customer := range []string{"bob", `ann <"☕">`} {
			want, err := tracker.History(ctx, customer, hour(9))
			require.NoError(t, err)
			got, err := other.History(ctx, customer, hour(9))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func TestRestoreErrors(t *testing.T) {
	const id = `"id":"01000000-0000-0000-0000-000000000001"`
	const when = `"time":"2026-05-01T00:00:00Z"`
	one := func(evidence string) string {
		return `{"version":1,"customers":[{"customer":"ann","evidence":[` + evidence + `]}]}`
	}
	for text, want := range map[string]error{
		"":                              ErrSnapshot,
		"[]":                            ErrSnapshot,
		"{}":                            ErrSnapshot,
		`{"version":1}`:                 ErrSnapshot,
		`{"version":1,"customers":{}}`:  ErrSnapshot,
		`{"version":2,"customers":[]}`:  ErrSnapshotVersion,
		`{"version":0,"customers":[]}`:  ErrSnapshotVersion,
		`{"customers":[],"version":1}`:  ErrSnapshot,
		`{"version":1,"customers":[`:    ErrSnapshot,
		`{"version":1,"customers":[]`:   ErrSnapshot,
		`{"version":1,"customers":[]}x`: ErrSnapshot,
		`{"version":1,"customers":[]}{"version":1,"customers":[]}`:                                                     ErrSnapshot,
		`{"version":1,"customers":[],"more":1}`:                                                                        ErrSnapshot,
		`{"version":1,"customers":[1]}`:                                                                                ErrSnapshot,
		`{"version":1,"customers":[{"customer":"","evidence":[]}]}`:                                                    ErrSnapshot,
		`{"version":1,"customers":[{"customer":"` + strings.Repeat("x", MaxKey+1) + `","evidence":[]}]}`:               ErrSnapshot,
		`{"version":1,"customers":[{"customer":"a` + "\xff" + `","evidence":[]}]}`:                                     ErrSnapshot,
		`{"version":1,"customers":[{"customer":"a","evidence":[],"x":1}]}`:                                             ErrSnapshot,
		`{"version":1,"customers":[` + strings.Repeat("[", 10_001) + `]}`:                                              ErrSnapshot,
		one(`{` + when + `,"rule":"r","stage":"look","effect":"enters"}`):                                              ErrSnapshot, // no ID
		one(`{` + id + `,"rule":"r","stage":"look","effect":"enters"}`):                                                ErrSnapshot, // no time
		one(`{` + id + `,"time":"yesterday","rule":"r","stage":"look","effect":"enters"}`):                             ErrSnapshot,
		one(`{` + id + `,` + when + `,"stage":"look","effect":"enters"}`):                                              ErrSnapshot, // no rule
		one(`{` + id + `,` + when + `,"rule":"r","stage":"look","effect":"seen"}`):                                     ErrSnapshot,
		one(`{` + id + `,` + when + `,"rule":"r","stage":"look","effect":"activity"}`):                                 ErrSnapshot,
		one(`{` + id + `,` + when + `,"rule":"r","effect":"enters"}`):                                                  ErrUnknownStage,
		one(`{` + id + `,` + when + `,"rule":"r","stage":"nowhere","effect":"enters"}`):                                ErrUnknownStage,
		one(`{` + id + `,` + when + `,"rule":"r","effect":"refunds","order":"` + strings.Repeat("x", MaxKey+1) + `"}`): ErrSnapshot,
		one(`{` + id + `,` + when + `,"rule":"r","effect":"refunds","order":"x"},{"id":"x"}`):                          ErrSnapshot,
		one(`{` + id + `,"time":"0001-01-01T00:00:00Z","rule":"r","stage":"look","effect":"enters"}`):                  ErrSnapshot,
		one(`{` + id + `,"time":"0000-06-01T00:00:00Z","rule":"r","stage":"look","effect":"enters"}`):                  ErrSnapshot,
		one(`{` + id + `,` + when + `,"rule":"r","stage":"look","effect":"enters","seq":9223372036854775808}`):         ErrSnapshot,
		one(`{` + id + `,` + when + `,"rule":"r","stage":"look","effect":"enters","seq":1,"note":"free text"}`):        ErrSnapshot,
	} {
		err := newTestTracker(t, TrackerOptions{}, nil).Restore(context.Background(), strings.NewReader(text))
		assert.ErrorIs(t, err, want, text)
	}
	err := newTestTracker(t, TrackerOptions{}, nil).Restore(context.Background(), strings.NewReader(one(`{`+id+`,`+when+`,"rule":"r","stage":"nowhere","effect":"enters"}`)))
	assert.EqualError(t, err, "journey: unknown stage: customer 1, evidence 1")
}

func TestSnapshotStreamErrors(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{}, nil)
	observeAll(t, tracker, script(t, "ann", "look@0"))
	broken := errors.New("disk full")
	require.ErrorIs(t, tracker.Snapshot(ctx, failingWriter{broken}), broken)
	for i := range 300 { // beyond any buffer
		observeAll(t, tracker, script(t, strings.Repeat("x", 1000)+string(rune('a'+i)), "look@0"))
	}
	require.ErrorIs(t, tracker.Snapshot(ctx, failingWriter{broken}), broken)

	half := strings.NewReader(snapshotText[:300])
	err := newTestTracker(t, TrackerOptions{}, nil).Restore(ctx, io.MultiReader(half, iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, tracker.Snapshot(cancelled, discard{}), context.Canceled)
	require.ErrorIs(t, tracker.Restore(cancelled, strings.NewReader(snapshotText)), context.Canceled)

	store := &failingStore{Store: new(MemoryStore), err: broken}
	require.ErrorIs(t, newTestTracker(t, TrackerOptions{}, store).Restore(ctx, strings.NewReader(snapshotText)), broken)
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// FuzzRestore: no text makes Restore panic, and what it accepts has one snapshot,
// which restores to itself.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(snapshotText))
	f.Add([]byte(`{"version":1,"customers":[]}`))
	f.Add([]byte(`{"version":1,"customers":[{"customer":"a","evidence":[{"id":"01000000-0000-0000-0000-000000000001","time":"2026-05-01T00:00:00+03:00","rule":"r","stage":"buy","effect":"enters"},{"id":"01000000-0000-0000-0000-000000000001","time":"2026-04-01T00:00:00Z","rule":"r","effect":"refunds"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := context.Background()
		tracker := newTestTracker(t, TrackerOptions{Policy: Latest, DormantAfter: time.Hour}, nil)
		if tracker.Restore(ctx, bytes.NewReader(data)) != nil {
			return
		}
		text := snapshotOf(t, tracker)
		other := newTestTracker(t, TrackerOptions{Policy: Latest, DormantAfter: time.Hour}, otherStore{new(MemoryStore)})
		require.NoError(t, other.Restore(ctx, strings.NewReader(text)))
		require.Equal(t, text, snapshotOf(t, other))
		for c, err := range other.store.All(ctx) {
			require.NoError(t, err)
			for _, at := range []time.Time{c.Evidence[0].Time, c.Evidence[len(c.Evidence)-1].Time.Add(time.Hour)} {
				want, err := tracker.Current(ctx, c.Customer, at)
				require.NoError(t, err)
				got, err := other.Current(ctx, c.Customer, at)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
	})
}
