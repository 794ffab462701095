// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"github.com/espbeat/espbeat/store"
	"github.com/espbeat/espbeat/store/remote"
)

// serveFlags are those of `espbeat pcap serve`.
type serveFlags struct {
	storeFlags
	address, certificate, key string
	rate                      float64
}

const (
	serveAddress = "127.0.0.1:5069"
	serveRate    = 1000
	// maxConnections bounds those of all clients.
	maxConnections = 64
	// serveEnd is how long requests may go on after a signal.
	serveEnd = 10 * time.Second
)

func (a *app) pcapServeCmd() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve packets of captures on this host to espbeat pcap elsewhere",
		Long: "Answers who bears the token, and knows a packet's document, with that packet out of the captures here: those of --store, and of the\n" +
			"configuration. TLS is needed for any address but this host's own. Each request is a line of JSON on standard output.",
		Example: `  espbeat pcap serve -c espbeat.yml --listen 0.0.0.0:5069 --certificate sensor.pem --key sensor.key --token-file token`,
		Args:    cobra.NoArgs,
		Run:     func(*cobra.Command, []string) { a.code = a.runServe(&f) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.address, "listen", serveAddress, "`address` and port to listen at")
	fs.StringVar(&f.certificate, "certificate", "", "PEM `file` of the server's certificate, with those between it and its authority")
	fs.StringVar(&f.key, "key", "", "PEM `file` of the certificate's key")
	fs.Float64Var(&f.rate, "rate", serveRate, "packets `n` a second, for all clients together")
	f.register(fs, "`[id=]path` of captures (repeatable)")
	return c
}

func (a *app) runServe(f *serveFlags) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, secure, err := a.server(f, os.Geteuid())
	if err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
		return exitUsage
	}
	defer s.Close()
	l, err := net.Listen("tcp", f.address)
	if err != nil {
		return failed(fmt.Errorf("--listen: %w", err))
	}
	fmt.Fprintf(os.Stderr, "espbeat: serving packets at %s\n", l.Addr())
	if err := serveUntil(ctx, s.Config(), l, secure); err != nil {
		return failed(err)
	}
	return exitOK
}

// server settles what is served, to whom, and by whom.
func (a *app) server(f *serveFlags, user int) (*remote.Server, *tls.Config, error) {
	if user == 0 {
		return nil, nil, errors.New("pcap serve does not run as root: run it as a user that can read the captures and no more")
	}
	for _, s := range f.stores {
		if isURL(s) {
			return nil, nil, fmt.Errorf("--store %s: only captures on this host are served", s)
		}
	}
	secure, err := f.tls()
	if err != nil {
		return nil, nil, err
	}
	in, err := a.install(nil)
	if err != nil {
		return nil, nil, err
	}
	token, err := f.token(in)
	if err == nil && token == "" {
		err = errors.New("no token: make one with `openssl rand -hex 32`, and give its file with --token-file or its name in the keystore with --token-key")
	}
	if err != nil {
		return nil, nil, err
	}
	folders, err := f.local(in)
	if err != nil {
		return nil, nil, err
	}
	stores := map[string]func() (*store.Reader, error){}
	for id, path := range folders {
		stores[id] = func() (*store.Reader, error) { return openFolder(path) }
	}
	s, err := remote.NewServer(remote.ServerOptions{
		Stores: stores, Token: token, Rate: f.rate, Burst: max(1, int(f.rate)), Audit: slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("serve packets: %w", err)
	}
	return s, secure, nil
}

// tls is the server's part of TLS; nil where there is none.
func (f *serveFlags) tls() (*tls.Config, error) {
	if f.certificate == "" && f.key == "" {
		host, _, err := net.SplitHostPort(f.address)
		if err != nil {
			return nil, fmt.Errorf("--listen: %w: use address:port, such as %s", err, serveAddress)
		}
		if !remote.Loopback(host) {
			return nil, fmt.Errorf("--listen %s: packets and the token would cross the network in the clear: give --certificate and --key, or listen at %s", f.address, serveAddress)
		}
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(f.certificate, f.key)
	if err != nil {
		return nil, fmt.Errorf("--certificate and --key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// serveUntil answers until the context ends, and lets requests end.
func serveUntil(ctx context.Context, s *http.Server, l net.Listener, secure *tls.Config) error {
	l = netutil.LimitListener(l, maxConnections)
	if secure != nil {
		secure.NextProtos = []string{"http/1.1"}
		l = tls.NewListener(l, secure)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve packets: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveEnd)
	defer cancel()
	err := s.Shutdown(last)
	<-ended
	if errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	}
	return err
}
