package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

// TestMain lets the binary of the tests be a process that loads touchpoints, for
// tests that need several, or one that can be killed.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv("CJM_SQLTEST_LOAD"); ok {
		if err := load(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	loadCustomers = 20
	loadSize      = 250
	loadSeed      = 7
)

// loadRand is what the touchpoints of a load are made of.
func loadRand() *rand.Rand { return rand.New(rand.NewPCG(loadSeed, loadSeed)) }

// load observes all touchpoints of the load, some of them twice, in an order of its
// own, on several goroutines. It prints the position of each when it is durable.
func load(text string) error {
	parts := strings.SplitN(text, " ", 3)
	db := database{dsn: parts[2]}
	if err := db.dialect.UnmarshalText([]byte(parts[0])); err != nil {
		return err
	}
	seed, err := strconv.ParseUint(parts[1], 10, 64)
	if err != nil {
		return err
	}
	pool, err := sql.Open(db.driver(), db.dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	s, err := journeysql.Open(context.Background(), pool, db.dialect)
	if err != nil {
		return err
	}
	tracker, err := journey.NewTracker(journey.TrackerOptions{Rules: journey.SegmentRules()}, s)
	if err != nil {
		return err
	}
	all := touchpoints(loadRand(), loadCustomers, loadSize)
	rng := rand.New(rand.NewPCG(seed, 0))
	order := append(rng.Perm(len(all)), rng.Perm(len(all))[:len(all)/4]...)
	positions := make(chan int)
	var wg sync.WaitGroup
	var once sync.Once
	for range 3 {
		wg.Go(func() {
			for i := range positions {
				if _, failed := tracker.Observe(context.Background(), &all[i]); failed != nil {
					once.Do(func() { err = failed })
					continue
				}
				fmt.Println(i)
			}
		})
	}
	for _, i := range order {
		positions <- i
	}
	close(positions)
	wg.Wait()
	return err
}
