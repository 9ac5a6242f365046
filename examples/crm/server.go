package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
)

// How long things may take. Each is longer than what it has to wait for.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 20 * time.Second // of a request with its body
	requestTimeout = 30 * time.Second // of the work for an answer
	writeTimeout   = readTimeout + requestTimeout + 10*time.Second
	idleTimeout    = 2 * time.Minute
	stopTimeout    = requestTimeout + 5*time.Second
	healthTimeout  = 2 * time.Second

	maxHeader = 16 << 10 // bytes; the name of a customer is in the path
)

// service answers the requests.
type service struct {
	tracker *journey.Tracker
	ping    func(context.Context) error
	now     func() time.Time
	log     *slog.Logger
	access  access
	maxBody int64
	timeout time.Duration
}

// handler returns all routes.
func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", s.postEvents)
	mux.HandleFunc("GET /customers/{id}/stage", s.getStage)
	mux.HandleFunc("DELETE /customers/{id}", s.deleteCustomer)
	mux.HandleFunc("GET /lost", s.getLost)
	mux.HandleFunc("GET /healthz", s.getHealth)
	return s.logged(s.guarded(mux))
}

// serve answers requests until the context is done, and then finishes those that
// are under way.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		server.Close()
		return fmt.Errorf("requests were cut off: %w", err)
	}
	log.Info("stopped")
	return nil
}

// guarded lets nobody ask who may not. The state of health is no secret.
func (s *service) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz":
		case s.access.token != nil:
			if !hasToken(r, s.access.token) {
				w.Header().Set("WWW-Authenticate", "Bearer")
				refuse(w, http.StatusUnauthorized, "no token, or a wrong one")
				return
			}
		case s.access.loopback && !isLoopback(r.Host):
			// A page in a browser on this machine could have its own name resolve
			// to loopback, and read what it likes.
			refuse(w, http.StatusForbidden, "the Host is not this machine")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hasToken takes the same time for any wrong token.
func hasToken(r *http.Request, want *[sha256.Size]byte) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// isLoopback reports whether a Host is a name of this machine.
func isLoopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || ip.IsLoopback()
}

// logged writes a line for each request. It names the route and not the path, which
// may hold the name of a customer, as may the text of a panic.
func (s *service) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
		defer cancel()
		r = r.WithContext(ctx)
		start, rec := time.Now(), &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("panic", "route", r.Pattern, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				if rec.status != 0 {
					panic(http.ErrAbortHandler) // the client has half an answer
				}
				refuse(rec, http.StatusInternalServerError, "internal error")
			}
			s.log.Info("request", "route", r.Pattern, "status", rec.status, "ms", time.Since(start).Milliseconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.ResponseWriter.WriteHeader(status)
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.ResponseWriter.Write(p)
}

// Unwrap lets package http find the real writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (s *service) getHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	if err := s.ping(ctx); err != nil {
		refuse(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// failed answers for an error of the tracker.
func (s *service) failed(w http.ResponseWriter, err error) {
	status, reason := s.failure(w, err)
	refuse(w, status, reason)
}

// failure logs an error of the tracker, which holds nothing of a customer, and
// returns how to answer.
func (s *service) failure(w http.ResponseWriter, err error) (status int, reason string) {
	s.log.Error("failed", "error", err.Error())
	if errors.Is(err, journey.ErrUnknownStage) {
		return http.StatusInternalServerError, "the database has a stage that the rules do not know"
	}
	w.Header().Set("Retry-After", "1")
	return http.StatusServiceUnavailable, "the database failed: send the same request again"
}
