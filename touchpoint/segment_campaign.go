package touchpoint

// setTags sets the campaign to the tags of a URL, or of a query alone; see
// [ParseURL]. What is not well-formed is left out: the URL stays a property, so
// nothing is lost.
func (a *assembler) setTags(c *Campaign, text []byte) {
	tags, _ := ParseURL(string(text))
	code := c.Code
	*c = tags.Campaign
	c.Code = code
	for _, field := range [...]*string{&c.Source, &c.Medium, &c.Name, &c.Content, &c.Term} {
		*field = a.names.text([]byte(*field)) // the URL need not stay in memory for it
	}
}
