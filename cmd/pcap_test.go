// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/keystore"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/pcap"
	"github.com/espbeat/espbeat/store"
	"github.com/espbeat/espbeat/store/remote"
)

func TestPcapChecks(t *testing.T) {
	in := &installation{espbeat: config.Config{}}
	for name, c := range map[string]struct {
		f    pcapFlags
		want string
	}{
		"nowhere":    {pcapFlags{filter: "ip"}, "nowhere to write to"},
		"nothing":    {pcapFlags{out: "x"}, "nothing to search for"},
		"filter":     {pcapFlags{out: "x", filter: "tcp.port = 80"}, `"=" (byte 10)`},
		"profile":    {pcapFlags{out: "x", filter: "ip", searchFlags: searchFlags{profile: "huge"}}, `profile "huge"`},
		"no lucene":  {pcapFlags{out: "x", query: pcap.Query{Text: "a and b"}}, "write AND in capitals"},
		"no JSON":    {pcapFlags{out: "x", query: pcap.Query{DSL: "{"}}, "no JSON object"},
		"all is set": {pcapFlags{out: "x", filter: "tcp.port == 80", query: pcap.Query{Text: "a:b", From: "now-1h"}}, ""},
	} {
		err := c.f.check(in)
		if c.want == "" && (err != nil || !strings.Contains(string(c.f.query.Filter), `"source.port"`)) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestWhereIsSearched(t *testing.T) {
	for _, c := range []struct{ flag, output, want string }{
		{"", "", "espbeat-9"}, {"", "mine", "mine"}, {"logs-*", "mine", "logs-*"}, {"", "p-%{+yyyy}", ""}, {"p-*", "p-%{+yyyy}", "p-*"},
	} {
		got, err := (&searchFlags{index: c.flag}).target(conf.MustNewConfigFrom(map[string]any{"index": c.output}))
		if got != c.want || (err != nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), "say with --index what to search") {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	for name, m := range map[string]map[string]any{"--node with the address": {}, "is not elasticsearch": {"output.redis.hosts": "a"}} {
		if _, err := (&installation{all: conf.MustNewConfigFrom(m)}).output(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: error %v", m, err)
		}
	}
}

// ring makes a capture store and returns its id.
func ring(t *testing.T, dir string) string {
	t.Helper()
	r, err := store.New(store.Options{Path: dir, MaxSize: 1 << 30, FileSize: 1 << 20, Compression: store.None})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return r.ID()
}

func TestFoldersOfCaptures(t *testing.T) {
	data, other, archive := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "a=b")
	if err := os.Mkdir(archive, 0o700); err != nil {
		t.Fatal(err)
	}
	own, its := ring(t, filepath.Join(data, "store")), ring(t, other)
	lab := t.TempDir()
	in := &installation{folders: folders{data: data}}
	in.espbeat.Store.Enabled = true
	in.espbeat.Inputs = []config.Input{
		{Type: config.TypeFile, Enabled: true, File: config.File{Capture: config.Capture{ID: "lab", Root: lab}}},
		{Type: config.TypeFile, Enabled: true, File: config.File{Capture: config.Capture{ID: "elsewhere", Root: "/nowhere"}}},
		{Type: config.TypeFile, File: config.File{Capture: config.Capture{ID: "off", Root: "/srv/off"}}},
	}
	f := storeFlags{stores: []string{other, "mine=" + archive, "https://192.0.2.1:5069"}}
	got, err := f.local(in)
	if err != nil || !maps.Equal(got, map[string]string{own: filepath.Join(data, "store"), its: other, "lab": lab, "mine": archive}) {
		t.Errorf("%v, %v", got, err)
	}
	in.espbeat.Store.Path = "of another host"
	if got, err := f.local(in); err != nil || len(got) != 3 {
		t.Errorf("without the configured store: %v, %v", got, err)
	}
	for s, want := range map[string]string{archive: "give it as ID=" + archive, "x=/nowhere": "open capture store /nowhere", "/nowhere": "open capture store /nowhere"} {
		if _, err := (&storeFlags{stores: []string{s}}).local(&installation{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--store %s: error %v, want %q", s, err, want)
		}
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	keys, err := keystore.NewFileKeystore(filepath.Join(dir, "k"))
	if err != nil {
		t.Fatal(err)
	}
	writable, err := keystore.AsWritableKeystore(keys)
	if err == nil {
		err = writable.Store("PCAP", []byte("of the keystore"))
	}
	if err == nil {
		err = writable.Save()
	}
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(" of the file \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		f           storeFlags
		want, fault string
	}{
		{storeFlags{}, "", ""},
		{storeFlags{tokenFile: file}, "of the file", ""},
		{storeFlags{tokenKey: "PCAP"}, "of the keystore", ""},
		{storeFlags{tokenFile: file, tokenKey: "PCAP"}, "", "give one of them"},
		{storeFlags{tokenFile: dir + "/none"}, "", "--token-file: open"},
		{storeFlags{tokenKey: "NONE"}, "", "add it with `espbeat keystore add NONE`"},
	} {
		got, err := c.f.token(&installation{keystore: keys})
		if got != c.want || (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%+v: %q, %v", c.f, got, err)
		}
	}
}

// certify makes a certificate of 127.0.0.1, which is its own authority.
func certify(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	for path, b := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

func TestServeNeedsTLSUnlessLoopback(t *testing.T) {
	certificate, key := certify(t)
	for _, c := range []struct {
		f      serveFlags
		secure bool
		want   string
	}{
		{serveFlags{address: "127.0.0.1:0"}, false, ""},
		{serveFlags{address: "[::1]:0"}, false, ""},
		{serveFlags{address: "localhost:0"}, false, ""},
		{serveFlags{address: ":5069"}, false, "in the clear"},
		{serveFlags{address: "0.0.0.0:5069"}, false, "in the clear"},
		{serveFlags{address: "192.0.2.1:5069"}, false, "in the clear"},
		{serveFlags{address: "localhost"}, false, "use address:port"},
		{serveFlags{address: ":5069", certificate: certificate, key: key}, true, ""},
		{serveFlags{address: ":5069", certificate: certificate}, false, "--certificate and --key"},
		{serveFlags{address: ":5069", certificate: key, key: certificate}, false, "--certificate and --key"},
	} {
		got, err := c.f.tls()
		if (got != nil) != c.secure || (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, %v", c.f, got, err)
		}
	}
	if _, _, err := new(app).server(&serveFlags{}, 0); err == nil || !strings.Contains(err.Error(), "does not run as root") {
		t.Errorf("as root: %v", err)
	}
	if _, _, err := new(app).server(&serveFlags{storeFlags: storeFlags{stores: []string{"https://a"}}}, 1); err == nil || !strings.Contains(err.Error(), "only captures on this host") {
		t.Errorf("a served store: %v", err)
	}
}

// A server answers over TLS until it is stopped.
func TestServeUntilStopped(t *testing.T) {
	certificate, key := certify(t)
	secure, err := (&serveFlags{address: "x:1", certificate: certificate, key: key}).tls()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := remote.NewServer(remote.ServerOptions{
		Stores: map[string]func() (*store.Reader, error){"lab": func() (*store.Reader, error) { return openFolder(dir) }},
		Token:  strings.Repeat("t", 32), Rate: 100, Burst: 100, Audit: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, s.Config(), l, secure) }()
	trusted, err := trust(certificate)
	if err != nil {
		t.Fatal(err)
	}
	c, err := remote.NewClient("https://"+l.Addr().String(), strings.Repeat("t", 32), trusted)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ids, err := c.Stores(t.Context()); err != nil || len(ids) != 1 {
		t.Errorf("%v, %v", ids, err)
	}
	plain, err := http.Get("http://" + l.Addr().String() + "/v1/stores")
	if err == nil {
		if _ = plain.Body.Close(); plain.StatusCode != http.StatusBadRequest {
			t.Errorf("in the clear: status %d", plain.StatusCode)
		}
	}
	old := &tls.Config{RootCAs: trusted.RootCAs, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // what is refused
	if conn, err := tls.Dial("tcp", l.Addr().String(), old); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{key: "there is no certificate in it", dir + "/none": "--store-ca: open"} {
		if _, err := trust(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
