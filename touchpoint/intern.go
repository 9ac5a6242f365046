package touchpoint

// Limits of an interner, so that a column of distinct texts costs little.
const (
	maxInterned    = 4096
	maxInternedLen = 64
	// maxConsentLen is longer: a consent names several purposes.
	maxConsentLen = 512
)

// interner keeps one copy of each short text that comes again and again. The
// zero value is ready.
type interner struct{ texts map[string]string }

func (in *interner) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := in.texts[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(s) <= maxInternedLen && len(in.texts) < maxInterned {
		if in.texts == nil {
			in.texts = make(map[string]string)
		}
		in.texts[s] = s
	}
	return s
}
