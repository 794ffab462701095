// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// original is the Espcap that espbeat takes over from.
type original struct {
	dir    string // of the checkout
	config string // a folder with its espcap.yml
}

// espcap is the original in the folder that the variable ESPCAP names, which has its Python modules in venv.
func espcap(t testing.TB) original {
	t.Helper()
	o := original{dir: os.Getenv("ESPCAP"), config: t.TempDir()}
	if o.dir == "" {
		t.Skip("the original Espcap is not run: ESPCAP names no checkout of it with its modules in venv (docs/from-espcap.md says how to make one)")
	}
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("the original Espcap is not run: tshark is missing (`apt-get install tshark`)")
	}
	for _, need := range []string{o.python(), o.capture("test_http.pcap"), o.capture("test_dns.pcap")} {
		if _, err := os.Stat(need); err != nil {
			t.Fatalf("ESPCAP=%s: %v: docs/from-espcap.md says how to make the checkout", o.dir, err)
		}
	}
	write(t, o.config, "espcap.yml", fmt.Sprintf("tshark_path: %q\n", tshark))
	return o
}

func (o original) python() string { return filepath.Join(o.dir, "venv", "bin", "python") }

// capture is the path of one of its test captures.
func (o original) capture(name string) string { return filepath.Join(o.dir, "test_pcaps", name) }

// captures are its test captures, with their packets and the index that their day names.
var captures = map[string]struct {
	packets int
	index   string
}{
	"test_http.pcap": {1268, "packets-2015-07-30"},
	"test_dns.pcap":  {108, "packets-2015-08-14"},
}

// command is one run of it, in UTC, by which it names indices.
func (o original) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, o.python(), append([]string{filepath.Join(o.dir, "src", "espcap.py")}, args...)...)
	cmd.Dir = o.config
	cmd.Env = append(os.Environ(), "TZ=UTC")
	cmd.WaitDelay = time.Second // its tshark may go on, with the pipes
	return cmd
}

// run runs it to its end, and returns what it says and its exit status.
func (o original) run(t testing.TB, args ...string) (said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := o.command(ctx, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("Espcap %q: %v %v\n%s", args, err, ctx.Err(), tail(string(out), 3000))
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return string(out), code
}

// fresh removes the indices of its test captures and the templates of both, now and at the test's end.
func (o original) fresh(t testing.TB, s *es.Server) {
	t.Helper()
	clear := func() {
		for _, c := range captures {
			s.DeleteIndex(c.index)
		}
		for _, path := range []string{"/_template/packets", "/_index_template/packets"} {
			s.Do("DELETE", path, nil)
		}
	}
	clear()
	t.Cleanup(clear)
}

// setUp loads its template, by its own script.
func (o original) setUp(t testing.TB, s *es.Server) {
	t.Helper()
	out, err := exec.Command("bash", filepath.Join(o.dir, "scripts", "packet_template-7.x.sh"), strings.TrimPrefix(s.URL, "http://")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"acknowledged":true`) {
		t.Fatalf("packet_template-7.x.sh: %v\n%s", err, out)
	}
}

// indexes runs it on one of its captures and checks that the index has all packets.
func (o original) indexes(t testing.TB, s *es.Server, name string) {
	t.Helper()
	if said, code := o.run(t, "--file="+o.capture(name), "--node="+s.URL); code != 0 {
		t.Fatalf("Espcap ended with %d:\n%s", code, tail(said, 3000))
	}
	c := captures[name]
	s.Refresh(c.index)
	if n := s.Count(c.index, nil); n != c.packets {
		t.Fatalf("Espcap stored %d documents of %s, want %d", n, name, c.packets)
	}
}

// TestOriginalsIndexIsReindexed: indices that the original itself made become espbeat's documents.
func TestOriginalsIndexIsReindexed(t *testing.T) {
	o, s := espcap(t), server(t)
	o.fresh(t, s)
	o.setUp(t, s)
	for name, c := range captures {
		t.Run(name, func(t *testing.T) {
			o.indexes(t, s, name)
			compared := reindexed(t, s, c.index, o.capture(name))
			for _, f := range []string{"@timestamp", "source.ip", "destination.port", "event.sequence", "packet.number"} {
				if compared[f] != c.packets {
					t.Errorf("%s is in %d documents, want %d", f, compared[f], c.packets)
				}
			}
		})
	}
}
