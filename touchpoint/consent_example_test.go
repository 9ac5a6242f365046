package touchpoint_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// Only records that may be used for analytics are analysed; the others are counted.
func ExampleConsentFilter() {
	const file = `customer,time,channel,consent
c1,2026-01-30,email,ads=yes;analytics=yes
c2,2026-01-30,search,ads=yes;analytics=no
c3,2026-01-30,store,none
c4,2026-01-30,email,
`
	filter := touchpoint.ConsentFilter{Purposes: []string{"analytics"}}
	var report touchpoint.ConsentReport
	all := touchpoint.CSV{}.Decode(context.Background(), strings.NewReader(file))
	for t, err := range filter.Filter(all, &report) {
		fmt.Println(t.Customer, t.Consent, err)
	}
	fmt.Printf("kept %d, denied %d, without consent %d\n", report.Kept, report.Denied, report.Absent)
	// Output:
	// c1 ads=yes;analytics=yes <nil>
	// kept 1, denied 2, without consent 1
}

func ExampleNewConsent() {
	c, err := touchpoint.NewConsent(map[string]bool{"analytics": false, "ads": true})
	fmt.Println(c, c.Granted("ads"), c.Granted("mail"), err)
	nothing, err := touchpoint.NewConsent(nil)
	absent := touchpoint.Consent{}
	fmt.Println(nothing, nothing.Given(), absent.Given(), err)
	// Output:
	// ads=yes;analytics=no true false <nil>
	// none true false <nil>
}

func ExamplePseudonymizer() {
	key := []byte("0123456789abcdef0123456789abcdef") // for the example; a real one is random
	p, err := touchpoint.NewPseudonymizer(key, touchpoint.PseudonymOptions{Properties: []string{"page"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	t := touchpoint.Touchpoint{
		Customer: "ann@example.com", Channel: "email", Campaign: touchpoint.Campaign{Source: "news", Term: "ann's shoes"},
		Properties: map[string]string{"page": "/home", "phone": "555-0100"},
	}
	t = p.Touchpoint(t)
	line, err := touchpoint.AppendJSON(nil, &t)
	fmt.Println(string(line), err)
	fmt.Println(p)
	// Output:
	// {"customer":"ovvr2yrchvuhigc3nwkcks4u2v3eexkw","channel":"email","campaign":{"source":"news"},"properties":{"page":"/home"}} <nil>
	// touchpoint.Pseudonymizer
}
