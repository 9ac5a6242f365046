CREATE TABLE {prefix}customers (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name bytea NOT NULL UNIQUE,
	last_sec bigint NOT NULL,
	last_nsec integer NOT NULL
);
CREATE INDEX {prefix}customers_last ON {prefix}customers (last_sec, last_nsec);
CREATE TABLE {prefix}evidence (
	customer bigint NOT NULL REFERENCES {prefix}customers (id),
	id uuid NOT NULL,
	sec bigint NOT NULL,
	nsec integer NOT NULL,
	seq bigint NOT NULL,
	rule text NOT NULL,
	stage text NOT NULL,
	effect text NOT NULL,
	order_number bytea NOT NULL,
	PRIMARY KEY (customer, id)
);
