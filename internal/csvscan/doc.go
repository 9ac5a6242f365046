// Package csvscan reads RFC 4180 records as slices of its own buffer, without
// allocating per record or per field.
//
// It exists beside encoding/csv for three things that a file of millions of
// journeys needs: it is several times faster, it goes on after a malformed
// record without losing the lines that follow, and it cuts the input into
// blocks of whole records that can be parsed independently.
//
//	io.Reader ─► Blocks ─► Block ─► Records ─► fields
//
// [Reader] joins the steps for the common case of one goroutine.
//
// A UTF-8 byte order mark at the beginning is skipped. LF and CRLF end a
// record, lines without a byte are skipped. A field may be quoted; a quoted
// field may hold the comma, line ends, and quotes written twice. A quote inside
// an unquoted field, or anything but a comma behind a closing quote, makes the
// record malformed: it is reported, and reading goes on with the next line.
package csvscan
