package attribution

// identity tells the accumulators of one model, configured in one way, from all
// others.
type identity struct {
	name   string // of the model in results
	config string // what else matters, as text
}

// header is the name under which the accumulator's bytes are written.
func (id identity) header() string {
	if id.config == "" {
		return "cjm/attribution." + id.name
	}
	return "cjm/attribution." + id.name + "(" + id.config + ")"
}
