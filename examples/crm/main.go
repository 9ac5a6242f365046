// Crm is a small HTTP service that knows which stage each customer is in, since
// when, and why. It takes events in as they happen, late, twice and in any order.
//
//	go run ./examples/crm
//	go run ./examples/crm --postgres postgres://crm@localhost/crm
//
// # Routes
//
//	POST   /events                takes events in
//	GET    /customers/{id}/stage  where the customer stands, and the evidence
//	GET    /lost?stage=S          who became dormant in the stage within a week
//	DELETE /customers/{id}        removes every trace of the customer
//	GET    /healthz               whether the database answers
//
// Events are calls of Segment (Content-Type application/json), one or a batch, or
// CloudEvents (application/cloudevents+json, application/cloudevents-batch+json).
// The answer 202 says that all of them are durable, except those that it lists as
// bad. After any answer of 5xx, or none at all, send the same body again: an event
// counts once however often it comes.
//
// # Access
//
// The service listens on loopback unless told otherwise, and then needs no token.
// Elsewhere it does not start without one (--token-file), or the flag
// --allow-no-token. It speaks plain HTTP: on a network put a proxy with TLS in
// front of it.
//
// # Files
//
// config.go has the flags and who may ask, database.go the databases, rules.go what
// an event means, events.go, customers.go and lost.go the routes, server.go the
// server around them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cjm-go/cjm/journey"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	switch err := run(ctx, os.Args[1:], os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "crm:", err)
		os.Exit(1)
	}
}

// run serves until the context is done. It logs to the writer.
func run(ctx context.Context, args []string, w io.Writer) error {
	c, err := parse(args, w)
	if err != nil {
		return err
	}
	address, access, err := c.access()
	if err != nil {
		return err
	}
	db, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	tracker, err := journey.NewTracker(journey.TrackerOptions{
		Rules: rules(), Policy: c.policy, DormantAfter: c.dormantAfter, Now: time.Now,
	}, store)
	if err != nil {
		return err
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(w, nil))
	log.Info("listening", "url", "http://"+listener.Addr().String(),
		"reach", access.reach(), "token_needed", access.token != nil, "database", c.dialect().String())
	s := &service{
		tracker: tracker, ping: db.PingContext, now: time.Now, log: log,
		access: access, maxBody: c.maxBody, timeout: requestTimeout,
	}
	return serve(ctx, listener, s.handler(), log)
}
