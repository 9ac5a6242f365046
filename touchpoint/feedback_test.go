package touchpoint

import (
	"encoding"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/stage"
)

func newFeedback(t testing.TB, o FeedbackOptions) *Feedback {
	t.Helper()
	f, err := NewFeedback(o)
	require.NoError(t, err)
	return f
}

func bytesOf(t testing.TB, m encoding.BinaryMarshaler) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	require.NoError(t, err)
	return b
}

func asked(channel Channel, kind Kind, s stage.Stage, answer string) *Touchpoint {
	return &Touchpoint{Channel: channel, Kind: kind, Stage: s, Properties: map[string]string{"nps": answer}}
}

// keysOf lists keys with their answers: "stage/channel/kind: n".
func keysOf(f *Feedback, by ...Dimension) []string {
	var out []string
	for key, a := range f.By(by...) {
		out = append(out, fmt.Sprintf("%s/%s/%s: %d", key.Stage, key.Channel, key.Kind, a.N()))
	}
	return out
}

func TestFeedback(t *testing.T) {
	f := newFeedback(t, FeedbackOptions{Scale: ZeroToTen(), Property: "nps"})
	for _, tp := range []*Touchpoint{
		asked("web", "visit", "decision", "9"),
		asked("web", "order", "decision", " 10 "),
		asked("store", "visit", "", "6.0"),
		asked("store", "visit", "decision", "7"),
		asked("store", "visit", "decision", ""),
		{Channel: "store"},
	} {
		require.NoError(t, f.Add(tp))
	}
	assert.EqualValues(t, 4, f.N())
	assert.EqualValues(t, 2, f.Without())
	assert.Equal(t, []string{"//: 4"}, keysOf(f))
	assert.Equal(t, []string{"//: 1", "decision//: 3"}, keysOf(f, ByStage))
	assert.Equal(t, []string{"/store/: 2", "/web/: 2"}, keysOf(f, ByChannel))
	assert.Equal(t, []string{"//order: 1", "//visit: 3"}, keysOf(f, ByKind))
	assert.Equal(t, []string{"/store/visit: 1", "decision/store/visit: 1", "decision/web/order: 1", "decision/web/visit: 1"},
		keysOf(f, ByKind, ByChannel, ByStage))
	s, err := f.Total().Score(NPS, 0.95)
	require.NoError(t, err)
	assert.Equal(t, 25.0, s.Value)

	// What By yields is the caller's.
	before := bytesOf(t, f)
	for _, a := range f.By(ByStage, ByChannel, ByKind) {
		require.NoError(t, a.Add(3))
		break
	}
	assert.Equal(t, before, bytesOf(t, f))
}

func TestFeedbackOfEmotion(t *testing.T) {
	f := newFeedback(t, FeedbackOptions{Scale: Stars()})
	for x := range Stars().Points() {
		e, err := Stars().ToEmotion(x)
		require.NoError(t, err)
		require.NoError(t, f.Add(&Touchpoint{Emotion: e}))
	}
	near, _ := NewEmotion(0.9)
	require.NoError(t, f.Add(&Touchpoint{Emotion: near}))
	require.NoError(t, f.Add(&Touchpoint{}))
	var counts []int64
	for _, n := range f.Total().All() {
		counts = append(counts, n)
	}
	assert.Equal(t, []int64{1, 1, 1, 1, 2}, counts)
	assert.EqualValues(t, 1, f.Without())
}

func TestFeedbackRefuses(t *testing.T) {
	f := newFeedback(t, FeedbackOptions{Scale: ZeroToTen(), Property: "nps"})
	require.NoError(t, f.Add(asked("a", "", "", "3")))
	before := bytesOf(t, f)
	for text, want := range map[string]error{"secret": ErrFormat, "NaN": ErrFormat, "11": ErrRange, "-1": ErrRange, "7.5": ErrRange, "1e999": ErrRange} {
		err := f.Add(asked("a", "", "", text))
		require.ErrorIs(t, err, want, text)
		assert.NotContains(t, err.Error(), text)
		assert.Equal(t, before, bytesOf(t, f), "unchanged on error")
	}
	_, err := NewFeedback(FeedbackOptions{})
	require.ErrorIs(t, err, ErrScale)
	require.ErrorIs(t, new(Feedback).Add(&Touchpoint{}), ErrScale)

	for _, o := range []FeedbackOptions{{Scale: Stars(), Property: "nps"}, {Scale: ZeroToTen(), Property: "csat"}, {Scale: ZeroToTen()}} {
		require.ErrorIs(t, f.Merge(newFeedback(t, o)), ErrScale)
	}
	require.NoError(t, f.Merge(newFeedback(t, FeedbackOptions{Scale: Scale{Name: "other", Max: 10, Step: 1}, Property: "nps"})), "a name says nothing")
	assert.Equal(t, before, bytesOf(t, f))
	_, err = f.Total().Score(CES, 0.95)
	require.ErrorIs(t, err, ErrScale)
	assert.Zero(t, newFeedback(t, f.Options()).Total().N())
}

// Any order of the touchpoints and any sharding give the same bytes and scores, and the
// bytes come back.
func TestFeedbackPermutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	o := FeedbackOptions{Scale: ZeroToTen(), Property: "nps"}
	for range 50 {
		var all []*Touchpoint
		for range rng.IntN(60) {
			all = append(all, asked([]Channel{"", "a", "b"}[rng.IntN(3)], []Kind{"", "visit"}[rng.IntN(2)], []stage.Stage{"", "x", "y"}[rng.IntN(3)],
				[]string{"", "0", "3", "7", "9", "10"}[rng.IntN(6)]))
		}
		want := newFeedback(t, o)
		for _, tp := range all {
			require.NoError(t, want.Add(tp))
		}
		rng.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		got := new(Feedback)
		for shard := range slices.Chunk(all, 1+rng.IntN(20)) {
			part := newFeedback(t, o)
			for _, tp := range shard {
				require.NoError(t, part.Add(tp))
			}
			var back Feedback
			require.NoError(t, back.UnmarshalBinary(bytesOf(t, part)))
			require.Equal(t, bytesOf(t, part), bytesOf(t, &back))
			if rng.IntN(2) == 0 {
				require.NoError(t, got.Merge(&back))
			} else {
				require.NoError(t, back.Merge(got))
				got = &back
			}
		}
		if len(all) > 0 {
			require.Equal(t, bytesOf(t, want), bytesOf(t, got))
			require.Equal(t, keysOf(want, ByStage, ByKind), keysOf(got, ByStage, ByKind))
		}
		doubled := new(Feedback)
		require.NoError(t, doubled.Merge(want))
		require.NoError(t, doubled.Merge(doubled))
		require.Equal(t, 2*want.N(), doubled.N())
		require.Equal(t, 2*want.Without(), doubled.Without())
		require.NoError(t, want.Merge(want))
		require.Equal(t, bytesOf(t, doubled), bytesOf(t, want))
	}
}

func TestAnswers(t *testing.T) {
	a := answersOf(t, Stars(), 1, 0, 0, 2)
	assert.Equal(t, Stars(), a.Scale())
	var zero Answers
	require.NoError(t, zero.Merge(&Answers{}))
	require.NoError(t, zero.Merge(a))
	require.NoError(t, zero.Merge(&zero))
	assert.EqualValues(t, 6, zero.N())
	assert.EqualValues(t, 3, a.N(), "what is merged stays")
	var back Answers
	require.NoError(t, back.UnmarshalBinary(bytesOf(t, &zero)))
	assert.Equal(t, zero, back)
	require.NoError(t, back.UnmarshalBinary(bytesOf(t, &Answers{})))
	assert.Equal(t, Answers{}, back)

	require.ErrorIs(t, a.Merge(answersOf(t, OneToSeven())), ErrScale)
	require.ErrorIs(t, new(Answers).Add(1), ErrScale)
	_, err := NewAnswers(Scale{})
	require.ErrorIs(t, err, ErrScale)
	for range a.All() {
		break // a consumer may stop
	}
}

func TestAnswersOverflow(t *testing.T) {
	b := appendScale(wire.AppendHeader(nil, answersName, answersVersion), Stars())
	b = wire.AppendUint(wire.AppendUint(b, 1), 4)
	var full Answers
	require.NoError(t, full.UnmarshalBinary(wire.AppendCount(b, math.MaxInt64)))
	require.ErrorIs(t, full.Add(5), ErrOverflow)
	require.ErrorIs(t, full.Merge(answersOf(t, Stars(), 1)), ErrOverflow)
	assert.EqualValues(t, math.MaxInt64, full.N())
	s, err := full.Score(CSAT, 0.95)
	require.NoError(t, err)
	assert.Equal(t, 1.0, s.Value)

	f := newFeedback(t, FeedbackOptions{Scale: Stars(), Property: "nps"})
	f.n = math.MaxInt64
	require.ErrorIs(t, f.Add(asked("", "", "", "3")), ErrOverflow)
	other := newFeedback(t, f.Options())
	require.NoError(t, other.Add(asked("", "", "", "3")))
	require.ErrorIs(t, f.Merge(other), ErrOverflow)
}

func TestFeedbackForeignBytes(t *testing.T) {
	f := newFeedback(t, FeedbackOptions{Scale: ZeroToTen(), Property: "nps"})
	require.NoError(t, f.Add(asked("a", "b", "c", "3")))
	require.NoError(t, f.Add(asked("b", "b", "c", "4")))
	good := bytesOf(t, f)
	g := newFeedback(t, FeedbackOptions{Scale: Stars()})
	before := bytesOf(t, g)
	for n := range len(good) {
		require.ErrorIs(t, g.UnmarshalBinary(good[:n]), wire.ErrCorrupt, "%d bytes", n)
	}
	require.ErrorIs(t, g.UnmarshalBinary(append(slices.Clone(good), 0)), wire.ErrCorrupt)
	require.ErrorIs(t, g.UnmarshalBinary(bytesOf(t, f.Total())), wire.ErrCorrupt)
	require.ErrorIs(t, new(Answers).UnmarshalBinary(good), wire.ErrCorrupt)
	assert.Equal(t, before, bytesOf(t, g), "unchanged on error")

	minusZero := appendScale(wire.AppendHeader(nil, answersName, answersVersion), Scale{Max: 1})
	minusZero = slices.Replace(minusZero, len(minusZero)-11, len(minusZero)-10, wire.AppendUint(nil, 1<<63)...)
	require.ErrorIs(t, new(Answers).UnmarshalBinary(append(minusZero, 0)), wire.ErrCorrupt)
}

func FuzzFeedbackUnmarshalBinary(f *testing.F) {
	for _, o := range []FeedbackOptions{{}, {Scale: ZeroToTen(), Property: "nps"}, {Scale: Stars()}} {
		v := Feedback{options: o}
		for _, answer := range []string{"", "1", "3", "3"} {
			e, _ := Stars().ToEmotion(3)
			tp := asked(Channel(answer), "k", "s", answer)
			tp.Emotion = e
			_ = v.Add(tp)
		}
		f.Add(bytesOf(f, &v))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v Feedback
		if v.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, bytesOf(t, &v), "one form for one content")
		for _, a := range v.By(ByChannel) {
			require.Positive(t, a.N())
		}
	})
}

func FuzzAnswersUnmarshalBinary(f *testing.F) {
	f.Add(bytesOf(f, answersOf(f, Stars(), 1, 0, 3)))
	f.Add(bytesOf(f, &Answers{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a Answers
		if a.UnmarshalBinary(data) != nil {
			return
		}
		require.Equal(t, data, bytesOf(t, &a), "one form for one content")
	})
}

// textEnum is what every enum of the package is.
type textEnum interface {
	encoding.TextMarshaler
	fmt.Stringer
}

func TestFeedbackEnums(t *testing.T) {
	check := func(values []textEnum, beyond textEnum, unmarshal func(text string) (textEnum, error)) {
		for _, v := range values {
			text, err := v.MarshalText()
			require.NoError(t, err)
			back, err := unmarshal(string(text))
			require.NoError(t, err)
			assert.Equal(t, v, back)
		}
		_, err := beyond.MarshalText()
		require.ErrorIs(t, err, ErrRange)
		assert.Contains(t, beyond.String(), "(200)")
		_, err = unmarshal("secret")
		require.ErrorIs(t, err, ErrFormat)
		assert.NotContains(t, err.Error(), "secret")
	}
	check([]textEnum{NPS, CSAT, CSATSum, CES, CESShare}, Metric(200), func(text string) (textEnum, error) {
		var m Metric
		err := m.UnmarshalText([]byte(text))
		return m, err
	})
	check([]textEnum{WilsonInterval, MeanScoreInterval}, IntervalMethod(200), func(text string) (textEnum, error) {
		var v IntervalMethod
		err := v.UnmarshalText([]byte(text))
		return v, err
	})
	check([]textEnum{ByStage, ByChannel, ByKind}, Dimension(200), func(text string) (textEnum, error) {
		var v Dimension
		err := v.UnmarshalText([]byte(text))
		return v, err
	})
}
