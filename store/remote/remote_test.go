// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"golang.org/x/time/rate"

	"github.com/espbeat/espbeat/store"
)

// What comes over the network is what lies in the store, also when many ask.
func TestServedPacketsAreThoseOfTheStore(t *testing.T) {
	l := newLab(t)
	h, a := serve(t, l, true, 1e6)
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() {
			c := client(t, h.URL, token, &tls.Config{RootCAs: pool})
			if ids, err := c.Stores(t.Context()); err != nil || len(ids) != 1 || ids[0] != "lab" {
				t.Errorf("%q, %v", ids, err)
			}
			for i := n; i < len(l.places); i += 7 {
				got, err := c.Store("lab").Packet(t.Context(), l.places[i])
				want := l.all[i]
				want.Interface = 0
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("packet %d: %.300v, %v; want %.300v", i, got, err, want)
					return
				}
			}
		})
	}
	all.Wait()
	for _, line := range a.lines() {
		if line["msg"] != "request" || line["status"] != 200.0 || line["client"] == "" || line["path"] == pathPacket && (line["store"] != "lab" || line["file"] != "a.pcapng" || line["offset"] == "") {
			t.Fatalf("audit: %v", line)
		}
	}
	if n := len(a.lines()); n < 400 {
		t.Errorf("%d lines", n)
	}
}

// Without the token nothing is told, not even what there is.
func TestStrangersGetNothing(t *testing.T) {
	l := newLab(t)
	h, a := serve(t, l, false, 1000)
	good := "/v1/packet?" + values("lab", l.places[5]).Encode()
	for name, c := range map[string]struct {
		header, path, method string
		status               int
		says                 string
	}{
		"no token":        {"", good, "GET", 401, "bears no token"},
		"another token":   {"Bearer " + strings.Repeat("f", 32), good, "GET", 401, "wrong one"},
		"another scheme":  {"Basic " + token, good, "GET", 401, ""},
		"no such path":    {"", "/etc/passwd", "GET", 401, ""},
		"with token":      {"Bearer " + token, good, "GET", 200, `"data"`},
		"another method":  {"Bearer " + token, good, "POST", 405, ""},
		"another path":    {"Bearer " + token, "/v1/packets", "GET", 404, ""},
		"a long path":     {"Bearer " + token, "/" + strings.Repeat("a", 64<<10), "GET", 431, ""},
		"no number":       {"Bearer " + token, strings.Replace(good, "offset=", "offset=x", 1), "GET", 400, `the parameter offset is "x`},
		"no truth":        {"Bearer " + token, strings.Replace(good, "invalid=", "invalid=x", 1), "GET", 400, "the parameter invalid"},
		"another store":   {"Bearer " + token, strings.Replace(good, "store=lab", "store=..", 1), "GET", 404, "no such capture store"},
		"a file above":    {"Bearer " + token, strings.Replace(good, "a.pcapng", "..%2Fb", 1), "GET", 404, "no name of a file beneath it"},
		"another packet":  {"Bearer " + token, strings.Replace(good, "length=", "length=1", 1), "GET", 404, "another packet is there"},
		"another capture": {"Bearer " + token, strings.Replace(good, "fingerprint=", "fingerprint=x", 1), "GET", 404, "begins otherwise"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, h.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.header != "" {
			req.Header.Set("Authorization", c.header)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || !strings.Contains(string(body), c.says) || strings.Contains(string(body), l.dir) {
			t.Errorf("%s: status %d, %.200s", name, resp.StatusCode, body)
		}
	}
	for _, line := range a.lines() {
		if text := fmt.Sprint(line); strings.Contains(text, token) || line["status"] != 200.0 && line["error"] == "" && line["status"] != 404.0 && line["status"] != 405.0 {
			t.Errorf("audit: %s", text)
		}
	}
}

// Those who have the token wait when they are too quick; those who have not get in nobody's way.
func TestRates(t *testing.T) {
	l := newLab(t)
	h, _ := serve(t, l, false, 2)
	h.Config.Handler.(*Server).refused = rate.NewLimiter(0, 3)
	for n := range 6 {
		resp, err := http.Get(h.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		want := http.StatusUnauthorized
		if n >= 3 {
			want = http.StatusTooManyRequests
		}
		if resp.StatusCode != want || (resp.Header.Get("Retry-After") != "") != (n >= 3) {
			t.Errorf("request %d without a token: status %d, want %d", n, resp.StatusCode, want)
		}
	}
	c := client(t, h.URL, token, nil)
	for i := range 4 { // two at once, and two after a while
		if _, err := c.Store("lab").Packet(t.Context(), l.places[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServersThatCannotBe(t *testing.T) {
	open := map[string]func() (*store.Reader, error){"a": nil}
	for want, o := range map[string]ServerOptions{
		"nothing to serve":       {Token: token, Rate: 1, Burst: 1},
		"the token has 31":       {Stores: open, Token: token[1:], Rate: 1, Burst: 1},
		"a rate of 0 requests":   {Stores: open, Token: token, Burst: 1},
		"5 requests a second, 0": {Stores: open, Token: token, Rate: 5},
	} {
		if _, err := NewServer(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestClientsThatCannotBe(t *testing.T) {
	for address, want := range map[string]string{
		"http://192.0.2.1:5069": "in the clear", "http://example.org": "in the clear", "ftp://a": "no address", "https://": "no address", "https://u:p@h": "no address",
		"https://h/path": "no address", "a:b:c": "no address",
	} {
		if _, err := NewClient(address, token, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", address, err, want)
		}
	}
	if _, err := NewClient("https://h", "", nil); err == nil || !strings.Contains(err.Error(), "wants a token") {
		t.Errorf("no token: %v", err)
	}
}

// A server may be anybody.
func TestHostileServers(t *testing.T) {
	l := newLab(t)
	at := l.places[5]
	other := recordOf(&l.all[6])
	wrong, err := json.Marshal(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"another packet": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(wrong) }, "another packet is there"},
		"no record":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }, "not that of a server of captures"},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			for range maxAnswer/1000 + 2 {
				_, _ = w.Write(make([]byte, 1000))
			}
		}, "longer than any packet's"},
		"an error for terminals": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "\x1b]0;mine\x07 \u009b", 500) }, "]0;mine"},
		"an empty error":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, "502 Bad Gateway"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, "it redirects"},
		"another token": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "it knows another token"},
	} {
		h := httptest.NewServer(http.HandlerFunc(c.answer))
		k, err := client(t, h.URL, token, nil).Store("lab").Packet(t.Context(), at)
		h.Close()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\x1b\x07\u009b") || k.Data != nil {
			t.Errorf("%s: error %q, want %q", name, err, c.want)
		}
	}
	h := httptest.NewUnstartedServer(http.NotFoundHandler())
	h.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo) // of the refused handshake
	h.StartTLS()
	defer h.Close()
	if _, err := client(t, h.URL, token, nil).Stores(t.Context()); err == nil || !strings.Contains(err.Error(), "its certificate trusted here?") {
		t.Errorf("certificate: %v", err)
	}
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }))
	defer busy.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, busy.URL, token, nil).Stores(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop: %v", err)
	}
}
