// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/espbeat/espbeat/store"
)

// ServerOptions of a Server.
type ServerOptions struct {
	// Stores open readers of the captures that packet.capture.id can name.
	Stores map[string]func() (*store.Reader, error)
	// Token is what requests bear.
	Token string
	// Rate is how many requests are answered a second; Burst how many at once after a pause.
	Rate  float64
	Burst int
	// Audit gets a line of each request.
	Audit *slog.Logger
}

// Server answers requests for packets. It is an http.Handler.
type Server struct {
	opt   ServerOptions
	token [sha256.Size]byte
	// answered and refused bound requests with and without the token apart, so that those without it do not get in the way.
	answered, refused *rate.Limiter
	pools             map[string]*pool
	mux               *http.ServeMux
}

const (
	// MinToken is how long a token is at least, bytes: as hex digits 128 bits.
	MinToken = 32
	// refusals is how many requests without the token are looked at a second.
	refusals = 10
	// longest bounds how long one packet is looked for: in a compressed file all before it is decompressed.
	longest = 50 * time.Second
)

// NewServer checks the options.
func NewServer(o ServerOptions) (*Server, error) {
	switch {
	case len(o.Stores) == 0:
		return nil, errors.New("there is nothing to serve: give a capture store")
	case len(o.Token) < MinToken:
		return nil, fmt.Errorf("the token has %d characters: use %d or more, such as those of `openssl rand -hex 32`", len(o.Token), MinToken)
	case o.Rate <= 0 || o.Burst < 1:
		return nil, fmt.Errorf("a rate of %g requests a second, %d at once, answers none: use 1 or more", o.Rate, o.Burst)
	}
	s := &Server{
		opt: o, token: sha256.Sum256([]byte(o.Token)), mux: http.NewServeMux(), pools: map[string]*pool{},
		answered: rate.NewLimiter(rate.Limit(o.Rate), o.Burst), refused: rate.NewLimiter(refusals, refusals),
	}
	for id, open := range o.Stores {
		s.pools[id] = newPool(open)
	}
	s.mux.HandleFunc("GET "+pathStores, s.stores)
	s.mux.HandleFunc("GET "+pathPacket, s.packet)
	return s, nil
}

// Close frees what the readers hold; after the last request.
func (s *Server) Close() {
	for _, p := range s.pools {
		p.close()
	}
}

// Config is how the server is to be run over HTTP: bounded in time and in what a request may be.
func (s *Server) Config() *http.Server {
	return &http.Server{
		Handler: s, ReadTimeout: 10 * time.Second, WriteTimeout: longest + 10*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(s.opt.Audit.Handler(), slog.LevelWarn),
	}
}

// answer notes what became of a request.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int
	why    string
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += n
	return n, err
}

// fail answers with an error.
func (a *answer) fail(status int, why string) {
	a.why = why
	http.Error(a, why, status)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	a := &answer{ResponseWriter: w}
	defer func() {
		q := r.URL.Query()
		s.opt.Audit.Info("request", "client", r.RemoteAddr, "method", r.Method, "path", r.URL.Path, "store", q.Get("store"), "file", q.Get("file"),
			"offset", q.Get("offset"), "status", a.status, "bytes", a.bytes, "took", time.Since(begun).String(), "error", a.why)
	}()
	bears, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	limit := s.answered
	sum := sha256.Sum256([]byte(bears))
	authorized := given && subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
	if !authorized {
		limit = s.refused
	}
	switch {
	case !limit.Allow():
		a.Header().Set("Retry-After", "1")
		a.fail(http.StatusTooManyRequests, "too many requests: try again later")
	case !authorized:
		a.Header().Set("WWW-Authenticate", `Bearer realm="espbeat"`)
		a.fail(http.StatusUnauthorized, "the request bears no token, or a wrong one")
	default:
		s.mux.ServeHTTP(a, r)
	}
}

func (s *Server) stores(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(stores{slices.Sorted(maps.Keys(s.pools))})
}

func (s *Server) packet(w http.ResponseWriter, r *http.Request) {
	a := w.(*answer)
	id, at, err := placeOf(r.URL.Query())
	if err != nil {
		a.fail(http.StatusBadRequest, err.Error())
		return
	}
	p := s.pools[id]
	if p == nil {
		a.fail(http.StatusNotFound, "this server has no such capture store")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), longest)
	defer cancel()
	k, err := p.packet(ctx, at)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		a.fail(http.StatusGatewayTimeout, fmt.Sprintf("the packet was not found within %s: it lies too deep in a compressed file", longest))
	case errors.Is(err, context.Canceled):
		a.fail(http.StatusServiceUnavailable, "nobody waits for the packet any more")
	case err != nil:
		if cause := errors.Unwrap(err); cause != nil {
			err = cause // without the folder, which is nobody else's business
		}
		a.fail(http.StatusNotFound, err.Error())
	default:
		a.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(a).Encode(recordOf(&k))
	}
}
