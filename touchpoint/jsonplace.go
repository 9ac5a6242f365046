package touchpoint

import "strings"

// jsonPlace says what the member at one path of an object is.
type jsonPlace struct {
	path       string
	targets    []jsonTarget // fields that may take it
	named      bool         // a Columns names it, so it must fit
	object     bool         // its field takes an object
	inner      bool         // if an object, its members have places of their own
	property   string       // key as a property, if keep
	keep       bool         // it is a property where no field takes it
	asProperty *jsonPlace   // the same without targets
}

// jsonTarget is a field that may take a member. Of several members the one with
// the lowest rank is taken.
type jsonTarget struct {
	field field
	rank  int
}

// propertiesKey is the member that holds the properties in the JSON form of a
// touchpoint.
const propertiesKey = "properties"

// jsonPlaces finds the place of a path.
type jsonPlaces struct {
	columns Columns
	named   map[string][]jsonTarget // by path
	usual   map[string][]jsonTarget // by path in lower case
	inner   map[string]bool         // objects on the way to a named path
	found   map[string]*jsonPlace   // places found before
	own     bool
}

// newPlaces returns the places for rows of any origin.
func newPlaces(c Columns) *jsonPlaces {
	p := &jsonPlaces{
		columns: c,
		named:   make(map[string][]jsonTarget),
		usual:   make(map[string][]jsonTarget),
		inner:   map[string]bool{propertiesKey: true},
		found:   make(map[string]*jsonPlace),
	}
	for f := range numFields {
		switch name := c.named(f); name {
		case NoColumn:
		case "":
			for rank, usual := range fields[f].usual {
				p.usual[usual] = append(p.usual[usual], jsonTarget{f, rank})
			}
			if own := fields[f].own; strings.Contains(own, ".") {
				p.usual[own] = append(p.usual[own], jsonTarget{f, len(fields[f].usual)})
			}
		default:
			p.named[name] = append(p.named[name], jsonTarget{field: f})
			p.enter(name)
		}
	}
	return p
}

// ownPlaces are the places of the JSON form of a Touchpoint. They do not change.
var ownPlaces = newOwnPlaces()

func newOwnPlaces() *jsonPlaces {
	p := &jsonPlaces{
		named: make(map[string][]jsonTarget, numFields),
		inner: map[string]bool{propertiesKey: true},
		found: make(map[string]*jsonPlace),
		own:   true,
	}
	for f := range numFields {
		path := fields[f].own
		p.named[path] = []jsonTarget{{field: f}}
		p.found[path] = p.make(path)
		p.enter(path)
	}
	for path := range p.inner {
		p.found[path] = p.make(path)
	}
	return p
}

// enter marks the objects that hold the path.
func (p *jsonPlaces) enter(path string) {
	for i := range len(path) {
		if path[i] == '.' {
			p.inner[path[:i]] = true
		}
	}
}

// nameOf returns the name under which the field is looked for.
func (p *jsonPlaces) nameOf(f field) string {
	if name := p.columns.named(f); name != "" && name != NoColumn {
		return name
	}
	return f.String()
}

func (p *jsonPlaces) find(path []byte) *jsonPlace {
	if place, ok := p.found[string(path)]; ok {
		return place
	}
	place := p.make(string(path))
	if !p.own && len(p.found) < maxInterned && len(path) <= maxInternedLen {
		p.found[place.path] = place
	}
	return place
}

func (p *jsonPlaces) make(path string) *jsonPlace {
	place := &jsonPlace{path: path, inner: p.inner[path]}
	key, inProperties := strings.CutPrefix(path, propertiesKey+".")
	place.property, place.keep = key, inProperties || !p.own
	plain := *place
	place.asProperty = &plain
	if place.targets = p.named[path]; place.targets != nil {
		place.named = true
		place.object = takeObject(place.targets)
		return place
	}
	if p.usual != nil && !inProperties {
		folded := string(lower([]byte(path)))
		place.targets = p.usual[folded]
		place.object = takeObject(place.targets)
		place.inner = place.inner || folded == "campaign"
	}
	return place
}

// takeObject reports whether all fields that may take a member read an object.
func takeObject(targets []jsonTarget) bool {
	for _, target := range targets {
		if target.field != fieldConsent {
			return false
		}
	}
	return len(targets) > 0
}
