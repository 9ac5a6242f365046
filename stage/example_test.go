package stage_test

import (
	"fmt"

	"github.com/cjm-go/cjm/stage"
)

// A model of one's own is one line of text or one literal. It puts stages in
// order and names them in the reader's language.
func Example() {
	var m stage.Model
	err := m.UnmarshalText([]byte("b2b = pre-purchase: awareness, demo; purchase: deal; post-purchase: renewal"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, step := range m.All() {
		fmt.Println(i, step.Stage, step.Phase)
	}
	next, _ := m.Next("demo")
	fmt.Println("after demo:", next)
	fmt.Println("demo before renewal:", m.Before("demo", "renewal"))
	fmt.Println("uk:", m.Label(stage.Awareness, "uk-UA"))

	m.Steps = append(m.Steps, stage.Step{Stage: "demo", Phase: stage.PrePurchase})
	fmt.Println(m.Validate())

	// Output:
	// 0 awareness pre-purchase
	// 1 demo pre-purchase
	// 2 deal purchase
	// 3 renewal post-purchase
	// after demo: deal
	// demo before renewal: true
	// uk: Обізнаність
	// stage: duplicate stage: step 5, "demo"
	// stage: phases go backwards: step 5, "demo": pre-purchase after post-purchase
}

func ExamplePreset() {
	m, ok := stage.Preset("five")
	fmt.Println(m.Len(), ok)
	text, _ := m.MarshalText()
	fmt.Println(string(text))
	// Output:
	// 5 true
	// five = pre-purchase: awareness, consideration; purchase: purchase; post-purchase: retention, advocacy
}
