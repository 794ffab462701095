// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/espbeat/espbeat/store"
)

// Client asks a Server for packets.
type Client struct {
	base  url.URL
	token string
	http  http.Client
}

const (
	// maxAnswer bounds an answer, bytes: a packet of 256 KiB as base64, with its comments.
	maxAnswer = 8 << 20
	// tries is how often a request is sent that a busy server turns away, and pause what lies between.
	tries = 20
	pause = time.Second
)

// NewClient returns the client of a server at an https URL, or an http one of this host. secure may be nil.
func NewClient(address, token string, secure *tls.Config) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/" || u.User != nil || u.RawQuery != "":
		return nil, fmt.Errorf("%q is no address of a capture store: use https://host:port", address)
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return nil, fmt.Errorf("%s: packets and the token would cross the network in the clear: use https", address)
	case token == "":
		return nil, fmt.Errorf("%s: a server of captures wants a token: give the one that it was started with, in a file or the keystore", address)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = secure
	return &Client{base: url.URL{Scheme: u.Scheme, Host: u.Host}, token: token, http: http.Client{
		Transport: transport, Timeout: longest + 10*time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("it redirects, which no server of captures does")
		},
	}}, nil
}

// Loopback tells whether a host is this one.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close gives the connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Stores are the ids of those that the server has.
func (c *Client) Stores(ctx context.Context) ([]string, error) {
	var s stores
	err := c.get(ctx, pathStores, nil, &s)
	return s.Stores, err
}

// Store finds packets in one store of the server.
type Store struct {
	c  *Client
	id string
}

// Store is the one of an id.
func (c *Client) Store(id string) *Store { return &Store{c, id} }

// Packet returns the packet at a place, as store.Reader does. The server is not trusted to have looked.
func (s *Store) Packet(ctx context.Context, at store.Place) (store.Found, error) {
	var r record
	if err := s.c.get(ctx, pathPacket, values(s.id, at), &r); err != nil {
		return store.Found{}, err
	}
	k := r.found()
	if err := at.Check(&k.Packet); err != nil {
		return store.Found{}, fmt.Errorf("ask %s for a packet: %w", s.c.base.Host, err)
	}
	k.File, k.Offset = at.File, at.Offset
	return k, nil
}

// get asks until the server is not too busy to answer.
func (c *Client) get(ctx context.Context, path string, v url.Values, answer any) error {
	for try := 1; ; try++ {
		busy, err := c.once(ctx, path, v, answer)
		if err == nil || !busy || try == tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Client) once(ctx context.Context, path string, v url.Values, answer any) (busy bool, err error) {
	u := c.base
	u.Path, u.RawQuery = path, v.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return false, fmt.Errorf("ask %s: %w", c.base.Host, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // without the URL, which is long
		}
		return false, fmt.Errorf("ask %s: %w; is `espbeat pcap serve` running there, and its certificate trusted here?", c.base.Host, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return false, fmt.Errorf("ask %s: %w", c.base.Host, err)
	case len(b) > maxAnswer:
		return false, fmt.Errorf("ask %s: the answer is longer than any packet's", c.base.Host)
	case resp.StatusCode == http.StatusUnauthorized:
		return false, fmt.Errorf("ask %s: it knows another token: give the one that it was started with", c.base.Host)
	case resp.StatusCode != http.StatusOK:
		return resp.StatusCode == http.StatusTooManyRequests, fmt.Errorf("ask %s: %s", c.base.Host, oneLine(b, resp.Status))
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return false, fmt.Errorf("ask %s: the answer is not that of a server of captures: %w", c.base.Host, err)
	}
	return false, nil
}

// oneLine is what a server says of an error, fit for a terminal.
func oneLine(b []byte, status string) string {
	text, _, _ := strings.Cut(strings.TrimSpace(string(b[:min(len(b), 500)])), "\n")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r > 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
	if text == "" {
		return status
	}
	return text
}
