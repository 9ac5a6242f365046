package journey

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cjm-go/cjm/stage"
)

// memoryRule is the part of evidence that comes from its rule.
type memoryRule struct {
	rule   string
	stage  stage.Stage
	effect Effect
}

// memoryRules gives numbers to the rules seen. Readers take no lock.
type memoryRules struct {
	ids  sync.Map // of memoryRule, to uint32
	mu   sync.Mutex
	list atomic.Pointer[[]memoryRule] // only ever grows at its end
}

// idOf returns the number of the rule of the evidence.
func (r *memoryRules) idOf(e *Evidence) uint32 {
	rule := memoryRule{e.Rule, e.Stage, e.Effect}
	if id, ok := r.ids.Load(rule); ok {
		return id.(uint32)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.ids.Load(rule); ok {
		return id.(uint32)
	}
	rule.rule, rule.stage = strings.Clone(rule.rule), stage.Stage(strings.Clone(string(rule.stage)))
	var list []memoryRule
	if old := r.list.Load(); old != nil {
		list = *old
	}
	id := uint32(len(list))
	list = append(list, rule)
	r.list.Store(&list)
	r.ids.Store(rule, id)
	return id
}

func (r *memoryRules) rule(id uint32) *memoryRule { return &(*r.list.Load())[id] }
