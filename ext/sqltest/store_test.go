package sqltest

import (
	"database/sql"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeysql"
)

func gather[T any](t *testing.T, seq iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for v, err := range seq {
		require.NoError(t, err)
		all = append(all, v)
	}
	return all
}

// The store does what the one in memory does, whatever is asked of it.
func TestLikeMemory(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, rng := db.store(t), rand.New(rand.NewPCG(1, 2))
		var memory journey.MemoryStore
		var names []string
		for i := range 7 {
			names = append(names, fmt.Sprint("customer ", i))
		}
		for range 400 {
			name := names[rng.IntN(len(names))]
			switch rng.IntN(12) {
			case 0:
				want, _ := memory.Erase(ctx, name)
				got, err := s.Erase(ctx, name)
				require.NoError(t, err)
				require.Equal(t, want, got)
			case 1:
				want, _ := memory.Evidence(ctx, name)
				got, err := s.Evidence(ctx, name)
				require.NoError(t, err)
				require.Equal(t, want, got)
			case 2:
				from := start.Add(time.Duration(rng.IntN(7)-1)*time.Hour + time.Duration(rng.IntN(3)))
				to := from.Add(time.Duration(rng.IntN(int(3 * time.Hour))))
				switch rng.IntN(4) {
				case 0:
					from = time.Time{}
				case 1:
					to = time.Time{}
				}
				require.Equal(t, gather(t, memory.Quiet(ctx, from, to)), gather(t, s.Quiet(ctx, from, to)))
			case 3:
				require.Equal(t, gather(t, memory.All(ctx)), gather(t, s.All(ctx)))
			default:
				e := randomEvidence(rng)
				wasWant, nowWant, _ := memory.Add(ctx, name, e)
				was, now, err := s.Add(ctx, name, e)
				require.NoError(t, err)
				require.Equal(t, wasWant, was)
				require.Equal(t, nowWant, now)
			}
		}
		require.NotEmpty(t, snapshot(t, &memory))
		require.Equal(t, snapshot(t, &memory), snapshot(t, s))
	})
}

// Any text and any time come back as they were.
func TestExact(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.store(t)
		var memory journey.MemoryStore
		texts := []string{
			"a", "\x00", "a\x00b", "\xff\xfe", "Ünïcödé 客", `'; DROP TABLE cjm_customers; --`, `\x61`, "%s", "A", "B", "a ",
			strings.Repeat("n", journey.MaxKey), strings.Repeat("\x00", journey.MaxKey),
		}
		times := []time.Time{
			{},
			time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
			time.Unix(-1, 999999999), time.Unix(0, 0), time.Date(1976, 1, 1, 0, 0, 0, 500, time.FixedZone("x", 3600)),
		}
		for i, text := range texts {
			for j, at := range times {
				e := journey.Evidence{
					ID: idOf(j), Time: at.UTC(), Seq: []int64{0, math.MinInt64, math.MaxInt64}[j%3],
					Rule: "Ünïcödé", Effect: journey.Effect(j % 4), Order: texts[(i+j)%len(texts)],
				}
				if j == 0 {
					e.ID, e.Order, e.Rule = uuid.Max, "", ""
				}
				_, _, err := s.Add(ctx, text, e)
				require.NoError(t, err)
				_, want, _ := memory.Add(ctx, text, e)
				got, err := s.Evidence(ctx, text)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		require.Equal(t, gather(t, memory.All(ctx)), gather(t, s.All(ctx)))
		for i := range times {
			for _, to := range append(times[1:], time.Time{}) {
				require.Equal(t, gather(t, memory.Quiet(ctx, times[i], to)), gather(t, s.Quiet(ctx, times[i], to)))
			}
		}
		got, err := s.Evidence(ctx, strings.Repeat("longer", 1<<17))
		require.NoError(t, err)
		require.Nil(t, got)
	})
}

// The ID counts within its customer.
func TestSameIDOfAnotherCustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s := db.store(t)
		e := journey.Evidence{ID: idOf(1), Time: start, Rule: "r"}
		for _, name := range []string{"ann", "bob"} {
			was, now, err := s.Add(ctx, name, e)
			require.NoError(t, err)
			require.Nil(t, was)
			require.Equal(t, []journey.Evidence{e}, now)
		}
	})
}

// All pages through more customers than one page has, and leaves the only
// connection free while it yields.
func TestPages(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		pool := db.pool(t)
		pool.SetMaxOpenConns(1)
		s, err := journeysql.Open(ctx, pool, db.dialect)
		require.NoError(t, err)
		var all []journey.CustomerEvidence
		for i := range 600 {
			all = append(all, journey.CustomerEvidence{
				Customer: fmt.Sprintf("%04d", i),
				Evidence: []journey.Evidence{
					{ID: idOf(1), Time: start, Rule: "r"}, {ID: idOf(2), Time: start.Add(time.Duration(i)), Rule: "r"},
				},
			})
		}
		n, err := s.AddAll(ctx, all)
		require.NoError(t, err)
		require.Equal(t, 1200, n)
		i := 0
		for c, err := range s.All(ctx) {
			require.NoError(t, err)
			require.Equal(t, all[i], c)
			again, err := s.Evidence(ctx, c.Customer)
			require.NoError(t, err)
			require.Equal(t, c.Evidence, again)
			i++
		}
		require.Equal(t, 600, i)
		for name, err := range s.Quiet(ctx, start.Add(598), time.Time{}) {
			require.NoError(t, err)
			gone, err := s.Erase(ctx, name)
			require.NoError(t, err)
			require.Len(t, gone, 2)
			i--
		}
		require.Equal(t, 598, i)
		for range s.All(ctx) {
			break
		}
		for range s.Quiet(ctx, start, time.Time{}) {
			break
		}
		require.Zero(t, pool.Stats().InUse)
	})
}

// AddAll is Add for each piece.
func TestAddAll(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, rng := db.store(t), rand.New(rand.NewPCG(3, 4))
		var memory journey.MemoryStore
		for range 30 {
			var batch []journey.CustomerEvidence
			want := 0
			for range 8 {
				c := journey.CustomerEvidence{Customer: fmt.Sprint(rng.IntN(5))}
				for range rng.IntN(4) {
					c.Evidence = append(c.Evidence, randomEvidence(rng))
				}
				batch = append(batch, c)
			}
			sorted := append(batch[:0:0], batch...)
			for name := range 5 { // in the order of customers
				for _, c := range sorted {
					if c.Customer != fmt.Sprint(name) {
						continue
					}
					for _, e := range c.Evidence {
						was, now, _ := memory.Add(ctx, c.Customer, e)
						if fmt.Sprint(was) != fmt.Sprint(now) {
							want++
						}
					}
				}
			}
			got, err := s.AddAll(ctx, batch)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.Equal(t, snapshot(t, &memory), snapshot(t, s))
		n, err := s.AddAll(ctx, nil)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Erase leaves no row behind, and the name is in none of the tables.
func TestEraseLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		s, pool := db.store(t), db.pool(t)
		for i := range 5 {
			_, _, err := s.Add(ctx, "ann", journey.Evidence{ID: idOf(i), Time: start, Rule: "r", Order: "7"})
			require.NoError(t, err)
		}
		gone, err := s.Erase(ctx, "ann")
		require.NoError(t, err)
		require.Len(t, gone, 5)
		for _, table := range []string{"cjm_customers", "cjm_evidence"} {
			require.Zero(t, count(t, pool, "SELECT count(*) FROM "+table))
		}
		gone, err = s.Erase(ctx, "ann")
		require.NoError(t, err)
		require.Nil(t, gone)
	})
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(query).Scan(&n))
	return n
}

// Quiet must not read all customers: it is asked every day.
func TestQuietUsesTheIndex(t *testing.T) {
	where := " FROM cjm_customers WHERE (last_sec, last_nsec) >= (5, 0) AND (last_sec, last_nsec) < (9, 0) ORDER BY name"
	plan := func(t *testing.T, pool *sql.DB, query string) string {
		rows, err := pool.Query(query)
		require.NoError(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		require.NoError(t, err)
		var text strings.Builder
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			require.NoError(t, rows.Scan(row...))
			for _, v := range row {
				fmt.Fprintln(&text, *v.(*any))
			}
		}
		require.NoError(t, rows.Err())
		return text.String()
	}
	onBoth(t, func(t *testing.T, db database) {
		s, pool := db.store(t), db.pool(t)
		if db.dialect == journeysql.SQLite {
			require.Contains(t, plan(t, pool, "EXPLAIN QUERY PLAN SELECT name"+where), "USING INDEX cjm_customers_last (")
			return
		}
		var all []journey.CustomerEvidence
		for i := range 2000 {
			all = append(all, journey.CustomerEvidence{
				Customer: fmt.Sprint(i), Evidence: []journey.Evidence{{ID: idOf(1), Time: time.Unix(int64(i), 0), Rule: "r"}},
			})
		}
		_, err := s.AddAll(ctx, all)
		require.NoError(t, err)
		_, err = pool.Exec("ANALYZE cjm_customers")
		require.NoError(t, err)
		require.Contains(t, plan(t, pool, "EXPLAIN SELECT name"+where), "cjm_customers_last")
	})
}
