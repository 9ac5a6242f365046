package journey_test

import (
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

// Which ways do customers take, and what do they do after the e-mail?
func ExampleFlow() {
	var flow journey.Flow
	for _, line := range []string{
		"email > +2h search > +1h store > buy:120",
		"email > +4h search > +2d store > buy:80",
		"search > search > lost",
		"email > +1h email > lost",
		"search > search > lost",
	} {
		path := journeytest.Path(line)
		if err := flow.Add(&path); err != nil {
			fmt.Println(err)
			return
		}
	}
	result := flow.Result()
	for v := range result.Variants() {
		fmt.Printf("%d paths, %3.0f%% so far: %s\n", v.Count, 100*v.Cover, strings.Join(v.Labels, " > "))
	}
	for edge := range result.Edges() {
		if edge.From == journey.LabelNode("email") {
			median, _ := edge.Times.Quantile(0.5)
			fmt.Printf("%v -> %v: %d times, median %v\n", edge.From, edge.To, edge.Count, median)
		}
	}
	for label := range result.Labels() {
		fmt.Printf("%s: %d touches in %d paths, %d self-loops\n", label.Label, label.Touches, label.Paths, label.SelfLoops)
	}

	// Output:
	// 2 paths,  40% so far: email > search > store
	// 2 paths,  80% so far: search > search
	// 1 paths, 100% so far: email > email
	// email -> search: 2 times, median 2h0m0s
	// email -> email: 1 times, median 1h0m0s
	// email -> (lost): 1 times, median 0s
	// search: 6 touches in 4 paths, 2 self-loops
	// email: 4 touches in 3 paths, 1 self-loops
	// store: 2 touches in 2 paths, 0 self-loops
}

func ExamplePathComplexity() {
	for _, path := range []string{"a a a a", "a a b b", "a b a b", "a b c d"} {
		c, ok := journey.PathComplexity(strings.Fields(path), 4)
		fmt.Printf("%s: %.3f %v\n", path, c, ok)
	}
	// Output:
	// a a a a: 0.000 true
	// a a b b: 0.408 true
	// a b a b: 0.707 true
	// a b c d: 1.000 true
}
