// Package touchpoint holds one interaction of one customer with the brand over a
// channel, and reads such interactions from files.
//
//	CSV, JSON lines, Segment, CloudEvents, rows of a query
//	  ─► decoder ─► Touchpoint, or *RowError with source, line, field
//
// # The touchpoint
//
// A [Touchpoint] says who ([Touchpoint.Customer]), when ([Touchpoint.Time], then
// [Touchpoint.Seq]) and over which channel, online or offline; what happened
// ([Kind]), in which campaign, whether it ended in a conversion and what that was
// worth, what it cost, and how the customer felt ([Emotion]). Everything else
// that a source knows is in its properties. The zero value of a field means "not
// known".
//
// A touchpoint has an id. Two with the same id are one interaction that was
// delivered twice. Where the source has no ids, the id is a UUID made of the
// content, see [Touchpoint.ContentID].
//
// # Feedback
//
// A [Scale] maps answers, such as stars, to emotions and back. [Feedback] counts the
// answers by stage, channel and kind; [Answers.Score] makes a Net Promoter Score or
// another [Metric] of them, with its interval.
//
// # Consent and privacy
//
// [Touchpoint.Consent] says for which purposes a record may be used, and a
// [ConsentFilter] drops and counts the others before an analysis. A [Pseudonymizer]
// replaces customers by keyed pseudonyms before data is given away.
//
// # Reading
//
// [CSV] and [JSONLines] are plain structs, ready as zero values, with one method
// that streams:
//
//	for t, err := range (touchpoint.CSV{Source: name}).Decode(ctx, file) {
//		var bad *touchpoint.RowError
//		switch {
//		case errors.As(err, &bad): // one row: count it, and go on or break
//		case err != nil: // a *touchpoint.InputError: the end of the input
//		default: // use t
//		}
//	}
//
// [Segment] and [CloudEvents] read event streams, and the body of a request with
// DecodeBody; [Rows] reads the result of a query.
//
// Which column holds what is found by the usual names, or said by [Columns], of
// which the text form is "customer=cid,time=ts,channel=utm_medium". No row is
// lost in silence: each is a touchpoint or an error. Errors never hold a text of
// the row.
//
// # Channels
//
// [ParseURL] finds the tags of a landing page. A [Grouping] makes a channel of
// them, by the default channel group of Google Analytics 4 and rules of the user; a
// [CodeBook] does so for offline channels.
//
// # Writing
//
// [AppendJSON] writes a touchpoint as one line of JSON, the lossless form, which
// [JSONLines] and [Touchpoint.UnmarshalJSON] read.
package touchpoint
