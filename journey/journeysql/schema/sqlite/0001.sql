CREATE TABLE {prefix}customers (
	id INTEGER PRIMARY KEY,
	name BLOB NOT NULL UNIQUE,
	last_sec INTEGER NOT NULL,
	last_nsec INTEGER NOT NULL
);
CREATE INDEX {prefix}customers_last ON {prefix}customers (last_sec, last_nsec);
CREATE TABLE {prefix}evidence (
	customer INTEGER NOT NULL REFERENCES {prefix}customers (id),
	id BLOB NOT NULL,
	sec INTEGER NOT NULL,
	nsec INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	rule TEXT NOT NULL,
	stage TEXT NOT NULL,
	effect TEXT NOT NULL,
	order_number BLOB NOT NULL,
	PRIMARY KEY (customer, id)
) WITHOUT ROWID;
