// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/store"
)

const token = "0123456789abcdef0123456789abcdef"

// lab is a folder of captures: of packets with comments on two interfaces, and their places.
type lab struct {
	dir    string
	all    []store.Found
	places []store.Place
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{dir: t.TempDir()}
	var out bytes.Buffer
	w, err := store.NewWriter(&out, "test")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		data := binary.BigEndian.AppendUint64(bytes.Repeat([]byte{byte(i)}, 20*i), uint64(i))
		k := store.Found{
			Packet:   capture.Packet{Data: data, Time: 1_700_000_000_000_000_000 + int64(i), TimeValid: true, Length: len(data) + i%2, LinkType: 1, Comments: []string{"<ä>"}},
			Captured: capture.Interface{Name: fmt.Sprintf("eth%d", i%2), Description: "d", LinkType: 1, SnapLen: 9000},
		}
		if err := w.Write(&k); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(l.dir, "a.pcapng")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := capture.Identify(path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var b capture.Batch
		if err := src.Next(&b); errors.Is(err, io.EOF) {
			return l
		} else if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			p.File = "a.pcapng"
			l.all = append(l.all, store.Found{Packet: p, Captured: src.Interfaces()[p.Interface]})
			l.places = append(l.places, store.Place{File: "a.pcapng", Offset: p.Offset, Fingerprint: id.Mark(), Time: p.Time, Length: p.Length})
		}
	}
}

// audit is where lines go.
type audit struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (a *audit) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.b.Write(p)
}

func (a *audit) lines() []map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []map[string]any
	for d := json.NewDecoder(bytes.NewReader(a.b.Bytes())); ; {
		var m map[string]any
		if d.Decode(&m) != nil {
			return all
		}
		all = append(all, m)
	}
}

// serve serves a lab, over TLS if secure.
func serve(t *testing.T, l *lab, secure bool, rate float64) (*httptest.Server, *audit) {
	t.Helper()
	a := &audit{}
	s, err := NewServer(ServerOptions{
		Stores: map[string]func() (*store.Reader, error){"lab": func() (*store.Reader, error) {
			root, err := store.OpenRoot(l.dir)
			if err != nil {
				return nil, err
			}
			return store.NewReader(root), nil
		}},
		Token: token, Rate: rate, Burst: max(1, int(rate)), Audit: slog.New(slog.NewJSONHandler(a, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(nil)
	h.Config = s.Config()
	if secure {
		h.StartTLS()
	} else {
		h.Start()
	}
	t.Cleanup(func() {
		h.Close()
		s.Close()
	})
	return h, a
}

func client(t *testing.T, address, token string, secure *tls.Config) *Client {
	t.Helper()
	c, err := NewClient(address, token, secure)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
