// Package sqltest tests package [github.com/cjm-go/cjm/journey/journeysql] on real
// databases, and measures it. It is a module of its own so that the drivers are no
// business of those who import the library.
//
// SQLite needs no server. For PostgreSQL the environment variable CJM_POSTGRES has
// the URL of a database in which the tests may make schemas, as .ci/postgres gives
// it:
//
//	.ci/postgres go test ./ext/sqltest/
//
// Without it the tests on PostgreSQL are skipped.
package sqltest

import _ "github.com/cjm-go/cjm/journey/journeysql" // what is tested
