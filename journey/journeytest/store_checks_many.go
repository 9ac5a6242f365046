package journeytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// checkStoreConcurrency lets goroutines add the same evidence to the same
// customers. If the calls took effect one after the other, each piece was new to
// exactly one of them, and each set but the last is what one of them found.
func checkStoreConcurrency(ctx context.Context, s journey.Store) error {
	const workers, customers, pieces = 4, 3, 12
	names := []string{"ann", "bob", "cid"}
	var (
		mu   sync.Mutex
		errs []error
		news = make(map[string][]int) // sizes of the sets that new pieces met
	)
	var wait sync.WaitGroup
	for w := range workers {
		rng := rand.New(rand.NewPCG(2, uint64(w)))
		wait.Go(func() {
			for _, i := range rng.Perm(customers * pieces) {
				name, e := names[i%customers], evidence(i/customers, i/customers)
				was, now, err := s.Add(ctx, name, e)
				want, changed := journey.InsertEvidence(was, e)
				if err == nil {
					err = sameEvidence("Add, now", want, now)
				}
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				}
				if changed {
					news[name] = append(news[name], len(was))
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	want := make(map[string][]journey.Evidence)
	for _, name := range names {
		slices.Sort(news[name])
		for i, n := range news[name] {
			if n != i || len(news[name]) != pieces {
				return fmt.Errorf("%d pieces were new in sets of the sizes %d: calls did not take effect one after the other", pieces, news[name])
			}
		}
		for n := range pieces {
			want[name] = append(want[name], evidence(n, n))
		}
	}
	return isStore(ctx, s, want)
}

// checkStoreTracker observes the same touchpoints, in the same order, on the store
// and in memory.
func checkStoreTracker(ctx context.Context, s journey.Store) error {
	options := journey.TrackerOptions{Rules: journey.SegmentRules(), Policy: journey.Latest, DormantAfter: 24 * time.Hour}
	tracker, err := journey.NewTracker(options, s)
	if err != nil {
		return err
	}
	model, err := journey.NewTracker(options, nil)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(3, 3))
	kinds := []touchpoint.Kind{
		"Product List Viewed", "Product Viewed", "Product Added", "Order Completed", "Order Updated", "Order Refunded", "Product Reviewed", "page",
	}
	for range 150 {
		t := touchpoint.Touchpoint{
			ID: uuid.UUID{0: 1, 15: byte(rng.IntN(60))}, Customer: fmt.Sprint("customer ", rng.IntN(5)),
			Time: storeStart.Add(time.Duration(rng.IntN(200)) * time.Hour), Kind: kinds[rng.IntN(len(kinds))],
			Properties: map[string]string{"order_id": []string{"", "7", "8"}[rng.IntN(3)]},
		}
		want, err := model.Observe(ctx, &t)
		if err != nil {
			return err
		}
		got, err := tracker.Observe(ctx, &t)
		if err != nil {
			return fmt.Errorf("calling Observe: %w", err)
		}
		if got.Duplicate != want.Duplicate || !slices.Equal(got.Made, want.Made) || !slices.Equal(got.Revoked, want.Revoked) {
			return fmt.Errorf("calling Observe: %+v, want %+v", got, want)
		}
	}
	at := storeStart.Add(150 * time.Hour)
	lost := func(t *journey.Tracker) (all []journey.Standing, err error) {
		for _, step := range options.Rules.Model.All() {
			for standing, err := range t.LostAt(ctx, step.Stage, storeStart, at, at) {
				if err != nil {
					return nil, fmt.Errorf("calling LostAt: %w", err)
				}
				all = append(all, standing)
			}
		}
		return all, nil
	}
	wantLost, err := lost(model)
	if err != nil {
		return err
	}
	gotLost, err := lost(tracker)
	if err != nil {
		return err
	}
	if !slices.Equal(wantLost, gotLost) {
		return fmt.Errorf("calling LostAt: %+v, want %+v", gotLost, wantLost)
	}
	var want, got bytes.Buffer
	if err := model.Snapshot(ctx, &want); err != nil {
		return err
	}
	if err := tracker.Snapshot(ctx, &got); err != nil {
		return fmt.Errorf("calling Snapshot: %w", err)
	}
	if !bytes.Equal(want.Bytes(), got.Bytes()) {
		return errors.New("calling Snapshot: not the bytes of the store in memory")
	}
	return nil
}
