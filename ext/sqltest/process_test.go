package sqltest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// process starts the load in another process. It calls each with the positions
// that are durable until each returns false, which kills it. It reports whether the
// process came to its end.
func (d database) process(t *testing.T, seed int, each func(position int) bool) bool {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("CJM_SQLTEST_LOAD=%v %d %s", d.dialect, seed, d.dsn))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return false
	}
	killed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		position, err := strconv.Atoi(lines.Text())
		if err != nil {
			if !killed { // else the line is cut
				t.Error(err)
			}
			break
		}
		if !each(position) && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	err = cmd.Wait()
	if !killed && err != nil {
		t.Error(err)
	}
	return !killed
}

// Killed again and again in the middle of a load: what was durable is there, and
// after everything was delivered once more, the state is that of a clean run.
func TestKill(t *testing.T) {
	onBothDurable(t, func(t *testing.T, db database) {
		s := db.store(t)
		all := touchpoints(loadRand(), loadCustomers, loadSize)
		durable := make(map[int]bool)
		for run, after := range []int{1, 50, 100} {
			n := 0
			require.False(t, db.process(t, run, func(i int) bool {
				durable[i] = true
				n++
				return n < after
			}))
			for i := range durable {
				evidence, err := s.Evidence(ctx, all[i].Customer)
				require.NoError(t, err)
				found := false
				for _, e := range evidence {
					found = found || e.ID == all[i].ID
				}
				require.True(t, found, "touchpoint %d is lost", i)
			}
		}
		require.NotEqual(t, clean(t, all), snapshot(t, s), "killed too late to show anything")
		require.True(t, db.process(t, 9, func(int) bool { return true }))
		require.Equal(t, clean(t, all), snapshot(t, s))
	})
}

// Several processes load the same touchpoints at once, each in another order.
func TestProcessesAgree(t *testing.T) {
	onBoth(t, func(t *testing.T, db database) {
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { db.process(t, i, func(int) bool { return true }) })
		}
		wg.Wait()
		all := touchpoints(loadRand(), loadCustomers, loadSize)
		require.Equal(t, clean(t, all), snapshot(t, db.store(t)))
	})
}
