package journeytest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/stage"
)

func checkStoreEmpty(ctx context.Context, s journey.Store) error {
	all, err := s.Evidence(ctx, "nobody")
	if err == nil {
		err = sameEvidence("Evidence", nil, all)
	}
	if err != nil {
		return err
	}
	gone, err := s.Erase(ctx, "nobody")
	if err == nil {
		err = sameEvidence("Erase", nil, gone)
	}
	if err != nil {
		return err
	}
	return isStore(ctx, s, nil)
}

// isStore compares the whole store with what it should hold.
func isStore(ctx context.Context, s journey.Store, want map[string][]journey.Evidence) error {
	names := slices.Sorted(maps.Keys(want))
	all, err := customersOf(ctx, s)
	if err != nil {
		return err
	}
	if len(all) != len(names) {
		return fmt.Errorf("calling All: %d customers, want %d", len(all), len(names))
	}
	for i, name := range names {
		if all[i].Customer != name {
			return fmt.Errorf("calling All: customer %d is %q, want %q", i+1, all[i].Customer, name)
		}
		if err := sameEvidence("All", want[name], all[i].Evidence); err != nil {
			return err
		}
		one, err := s.Evidence(ctx, name)
		if err == nil {
			err = sameEvidence("Evidence", want[name], one)
		}
		if err != nil {
			return err
		}
	}
	quiet, err := quietOf(ctx, s, time.Time{}, time.Time{})
	if err == nil && !slices.Equal(names, quiet) {
		return fmt.Errorf("calling Quiet without bounds: %q, want %q", quiet, names)
	}
	return err
}

func checkStoreValues(ctx context.Context, s journey.Store) error {
	long := strings.Repeat("ж", journey.MaxKey/2)
	texts := []string{"x", "O'Neil; DROP TABLE --", `"\%_$1?`, "a\x00b", "\n\t ", " x ", "日本語 🙂", "É", "E\u0301", long}
	times := []time.Time{
		storeStart, storeStart.Add(1), storeStart.Add(999_999_999), time.Unix(0, 0).UTC(), time.Unix(-1, 999_999_999).UTC(),
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(1677, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1976, 5, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
	}
	seqs := []int64{0, 1, -1, math.MaxInt64, math.MinInt64}
	want := make(map[string][]journey.Evidence)
	for i, text := range texts {
		for j, at := range times {
			e := journey.Evidence{
				ID: uuid.UUID{0: 0xff, 15: byte(j)}, Time: at, Seq: seqs[(i+j)%len(seqs)],
				Rule: "rule " + strings.ReplaceAll(text, "\x00", ""), Stage: stage.Stage("stage é'\""), Effect: journey.Effect((i + j) % 4), Order: text,
			}
			switch e.Effect {
			case journey.Refunds:
				e.Stage, e.Order = "", ""
			case journey.Activity:
				e.Stage = ""
			}
			now, err := add(ctx, s, text, e, want[text])
			if err != nil {
				return fmt.Errorf("text %d, time %d: %w", i+1, j+1, err)
			}
			want[text] = now
		}
	}
	return isStore(ctx, s, want)
}

// randomEvidence has one of a few IDs and times, so that many are alike.
func randomEvidence(rng *rand.Rand) journey.Evidence {
	e := evidence(rng.IntN(12), rng.IntN(6))
	e.Seq = int64(rng.IntN(2))
	e.Rule = []string{"a", "b"}[rng.IntN(2)]
	e.Effect = journey.Effect(rng.IntN(4))
	e.Order = []string{"", "7"}[rng.IntN(2)]
	return e
}

func checkStoreOrder(ctx context.Context, s journey.Store) error {
	rng := rand.New(rand.NewPCG(1, 1))
	want := make(map[string][]journey.Evidence)
	type answer struct{ kept, got []journey.Evidence }
	var answers []answer
	for range 250 {
		customer := fmt.Sprint("customer ", rng.IntN(6))
		e := randomEvidence(rng)
		was, now, err := s.Add(ctx, customer, e)
		if err != nil {
			return fmt.Errorf("calling Add: %w", err)
		}
		if err := sameEvidence("Add, was", want[customer], was); err != nil {
			return err
		}
		want[customer], _ = journey.InsertEvidence(want[customer], e)
		if err := sameEvidence("Add, now", want[customer], now); err != nil {
			return err
		}
		answers = append(answers, answer{slices.Clone(was), was}, answer{slices.Clone(now), now})
	}
	for _, a := range answers {
		if err := sameEvidence("an answer of Add, after later calls", a.kept, a.got); err != nil {
			return err
		}
	}
	return isStore(ctx, s, want)
}

func checkStoreCustomers(ctx context.Context, s journey.Store) error {
	want := make(map[string][]journey.Evidence)
	for _, name := range []string{
		"b", "a", "A", "B", "aa", "a ", "a b", " a", "a.b", "a-b", "ab", "10", "9", "é", "e", "f", "É", "Z", "ß", "ss", "\U0001F642", "\uFB01", "a\x00", "0",
	} {
		now, err := add(ctx, s, name, evidence(1, 1), nil)
		if err != nil {
			return err
		}
		want[name] = now
	}
	return isStore(ctx, s, want)
}

func checkStoreQuiet(ctx context.Context, s journey.Store) error {
	hour := func(h int) time.Time { return storeStart.Add(time.Duration(h) * time.Hour) }
	var was []journey.Evidence
	// The latest of ann comes first, that of bob is moved back by a correction,
	// and cid has but one.
	for _, x := range []struct {
		customer string
		n, hour  int
	}{{"ann", 1, 5}, {"ann", 2, 3}, {"bob", 1, 2}, {"bob", 2, 9}, {"bob", 2, 4}, {"cid", 1, 3}} {
		if x.n == 1 {
			was = nil
		}
		now, err := add(ctx, s, x.customer, evidence(x.n, x.hour), was)
		if err != nil {
			return err
		}
		was = now
	}
	latest := []struct {
		name string
		at   time.Time
	}{{"ann", hour(5)}, {"bob", hour(4)}, {"cid", hour(3)}}
	var bounds []time.Time
	for h := 2; h < 7; h++ {
		bounds = append(bounds, hour(h).Add(-1), hour(h), hour(h).Add(1))
	}
	for i, from := range bounds {
		for j, to := range bounds {
			if i == 0 {
				from = time.Time{}
			}
			if j == 0 {
				to = time.Time{}
			}
			var want []string
			for _, c := range latest {
				if !c.at.Before(from) && (to.IsZero() || c.at.Before(to)) {
					want = append(want, c.name)
				}
			}
			got, err := quietOf(ctx, s, from, to)
			if err != nil {
				return err
			}
			if !slices.Equal(want, got) {
				return fmt.Errorf("calling Quiet from %v to %v: %q, want %q", from, to, got, want)
			}
		}
	}
	return nil
}

func checkStoreErase(ctx context.Context, s journey.Store) error {
	want := make(map[string][]journey.Evidence)
	for _, name := range []string{"ann", "bob", "ann "} {
		for n := range 3 {
			now, err := add(ctx, s, name, evidence(n, 3-n), want[name])
			if err != nil {
				return err
			}
			want[name] = now
		}
	}
	for again := range 2 {
		gone, err := s.Erase(ctx, "ann")
		if err == nil {
			err = sameEvidence("Erase", want["ann"], gone)
		}
		if err != nil {
			return err
		}
		delete(want, "ann")
		if err := isStore(ctx, s, want); err != nil {
			return fmt.Errorf("after Erase: %w", err)
		}
		if again == 0 {
			continue
		}
		now, err := add(ctx, s, "ann", evidence(9, 9), nil)
		if err != nil {
			return fmt.Errorf("after Erase: %w", err)
		}
		want["ann"] = now
	}
	return isStore(ctx, s, want)
}

func checkStoreContext(ctx context.Context, s journey.Store) error {
	if _, err := add(ctx, s, "ann", evidence(1, 1), nil); err != nil {
		return err
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, _, errAdd := s.Add(cancelled, "ann", evidence(2, 2))
	_, errEvidence := s.Evidence(cancelled, "ann")
	_, errErase := s.Erase(cancelled, "ann")
	_, errAll := customersOf(cancelled, s)
	_, errQuiet := quietOf(cancelled, s, time.Time{}, time.Time{})
	for _, call := range []struct {
		name string
		err  error
	}{{"Add", errAdd}, {"Evidence", errEvidence}, {"Erase", errErase}, {"All", errAll}, {"Quiet", errQuiet}} {
		if !errors.Is(call.err, context.Canceled) {
			return fmt.Errorf("calling %s with a cancelled context: error %v, want %v", call.name, call.err, context.Canceled)
		}
	}
	return isStore(ctx, s, map[string][]journey.Evidence{"ann": {evidence(1, 1)}})
}

func checkStoreEarlyEnd(ctx context.Context, s journey.Store) error {
	want := make(map[string][]journey.Evidence)
	for _, name := range []string{"ann", "bob", "cid"} {
		now, err := add(ctx, s, name, evidence(1, 1), nil)
		if err != nil {
			return err
		}
		want[name] = now
	}
	first := ""
	for c, err := range s.All(ctx) {
		if err != nil {
			return err
		}
		first += c.Customer
		break
	}
	for name, err := range s.Quiet(ctx, time.Time{}, time.Time{}) {
		if err != nil {
			return err
		}
		first += name
		break
	}
	if first != "annann" {
		return fmt.Errorf("calling All and Quiet begin with %q, want ann and ann", first)
	}
	return isStore(ctx, s, want) // nothing is locked
}
