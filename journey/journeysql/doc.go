// Package journeysql keeps the evidence of a [journey.Tracker] in PostgreSQL or
// SQLite. It needs nothing but [database/sql]; the driver is the caller's choice.
//
//	db, err := sql.Open("pgx", dsn)
//	...
//	store, err := journeysql.Open(ctx, db, journeysql.PostgreSQL)
//	...
//	tracker, err := journey.NewTracker(journey.TrackerOptions{Rules: journey.SegmentRules()}, store)
//
// # What it promises
//
// Each Add is one transaction, and the evidence of a customer is keyed by the ID
// of the touchpoint. So a crash, a retry and a redelivery lose and double nothing.
// The same ID under another customer is another piece of evidence.
//
// Any number of processes may share a database. Calls for one customer take effect
// one after the other: on PostgreSQL (12 or later) by a lock on the row of the
// customer, on SQLite (3.35 or later) by the lock on the file. A transaction that
// the database refuses because of another one, by a deadlock or because the file is
// busy, is done again after a short wait; see [Options.MaxWait].
//
// If the connection breaks in the middle, the error is returned. If it broke during
// the COMMIT, nobody can tell whether the change happened. To call Add again is
// safe in either case.
//
// # Settings of the database
//
// What the database calls durable is what Add calls durable. On PostgreSQL leave
// synchronous_commit on, its default, and give the database the encoding UTF8.
//
// On SQLite use the write-ahead log and leave synchronous at FULL, SQLite's
// default. With NORMAL nothing is lost when the process is killed, but the latest
// events may be lost when the power fails. The store waits for other processes by
// itself, so keep the busy timeout short: SQLite does not heed ctx during it. With
// the driver modernc.org/sqlite:
//
//	file:crm.db?_pragma=busy_timeout(100)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)
//
// A database in memory belongs to one connection, so call SetMaxOpenConns(1).
//
// # Tables
//
// There are three, with the prefix "cjm_" unless [Options.Prefix] says otherwise:
//
//	cjm_schema     version: one row for each migration done
//	cjm_customers  id, name, last_sec and last_nsec: the time of the latest
//	               evidence, with an index
//	cjm_evidence   customer (the id above), id of the touchpoint, sec and nsec,
//	               seq, rule, stage, effect, order_number
//
// A time is in two columns: seconds since 1970 in UTC, and nanoseconds. So any time
// is exact, and sorts. Names of customers and order numbers are bytes (bytea,
// BLOB), compared as such whatever the collation is, and may hold any text. To
// read them:
//
//	SELECT convert_from(c.name, 'UTF8'), to_timestamp(e.sec), e.rule, e.stage
//	  FROM cjm_evidence e JOIN cjm_customers c ON c.id = e.customer -- PostgreSQL
//	SELECT CAST(c.name AS TEXT), datetime(e.sec, 'unixepoch'), e.rule, e.stage
//	  FROM cjm_evidence e JOIN cjm_customers c ON c.id = e.customer -- SQLite
//
// [Open] makes and migrates the tables. It needs the right to do so only if there
// is something to be done.
//
// # Erasure
//
// Erase deletes all rows of a customer; the name is in one row only. The database
// itself keeps deleted bytes for a while: PostgreSQL until it vacuums the tables,
// and in its write-ahead log and backups; SQLite until it uses the page again, or
// at once with PRAGMA secure_delete, and in its log until a checkpoint.
//
// # Errors
//
// What the database reports is an [*Error]. Its text has a code and no data of a
// customer.
package journeysql
