// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/tshark/ek"
)

// long is a timeout that no test sees the end of.
const long = time.Hour

// notes is what a Program says.
type notes struct {
	mu   sync.Mutex
	said []string
}

func (n *notes) say(s string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, s)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.said, "\n")
}

// find is a Program of a test; the goroutines that its dissectors leave behind fail the test.
func find(t *testing.T, o Options) (*Program, *notes) {
	t.Helper()
	before := runtime.NumGoroutine()
	n := &notes{}
	o.Say, o.MaxDocument = n.say, 1<<20
	if o.Timeout == 0 {
		o.Timeout = long
	}
	p, err := Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		if _, err := os.Stat(p.home); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the configuration folder is left: %v", err)
		}
		for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(end) {
				buf := make([]byte, 1<<16)
				t.Fatalf("goroutines are left:\n%s", buf[:runtime.Stack(buf, true)])
			}
		}
	})
	return p, n
}

// real is the installed tshark.
func real(t *testing.T, o Options) (*Program, *notes) {
	t.Helper()
	if o.Path == "" {
		o.Path = "tshark"
	}
	if _, err := exec.LookPath(o.Path); err != nil {
		t.Skip("tshark's own answers are not tested: tshark is missing (`apt-get install tshark`)")
	}
	return find(t, o)
}

// texts are packets of these bytes, a millisecond apart.
func texts(all ...string) []Packet {
	var ps []Packet
	for i, s := range all {
		ps = append(ps, Packet{Number: uint64(i + 1), Packet: capture.Packet{Data: []byte(s), Length: len(s), Time: int64(1e18 + i*1e6), LinkType: 1}})
	}
	return ps
}

// dissect has packets dissected in batches of a size.
func dissect(t *testing.T, p *Program, size int, interfaces []capture.Interface, all []Packet) error {
	t.Helper()
	d := p.Open("a test")
	defer d.Close()
	return through(t.Context(), d, size, interfaces, all)
}

func through(ctx context.Context, d *Dissector, size int, interfaces []capture.Interface, all []Packet) error {
	sent := make(chan *Batch, 2)
	var err error
	go func() {
		defer close(sent)
		for len(all) > 0 {
			n := min(size, len(all))
			b := &Batch{Packets: all[:n:n], Interfaces: interfaces}
			if err = d.Send(ctx, b); err != nil {
				return
			}
			sent <- b
			all = all[n:]
		}
	}()
	for b := range sent {
		if werr := d.Wait(ctx, b); werr != nil {
			d.end(werr)
			for range sent {
			}
			return werr
		}
	}
	return err
}

func TestFindRefuses(t *testing.T) {
	for name, c := range map[string]struct{ path, says string }{
		"missing":        {filepath.Join(t.TempDir(), "tshark"), "espbeat.dissector.tshark.path"},
		"too old":        {install(t, "stub-old"), "is tshark 2.6.20, and 4.0 or newer is needed"},
		"another":        {install(t, "stub-other"), `"hello" is not what tshark prints`},
		"does not start": {install(t, "stub-broken"), "exit status 127 (it needs a library)"},
	} {
		if _, err := Find(t.Context(), Options{Path: c.path}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if os.Geteuid() == 0 {
		if _, err := Find(t.Context(), Options{Path: install(t, "stub-tshark"), User: "nobody-knows"}); err == nil || !strings.Contains(err.Error(), "there is no such user") {
			t.Error(err)
		}
	}
}

// TestAnswers: with one process and no restart, tshark says of each packet what it says of the file.
func TestAnswers(t *testing.T) {
	p, _ := real(t, Options{User: "nobody"})
	if !strings.HasPrefix(p.String(), "tshark 4.") || p.Version() == "" {
		t.Errorf("%s", p)
	}
	path := filepath.Join("..", "tests", "demo", "demo.pcapng")
	all, interfaces := read(t, path)
	if err := dissect(t, p, 50, interfaces, all); err != nil {
		t.Fatal(err)
	}
	want := direct(t, path)
	if len(want) != len(all) {
		t.Fatalf("%d packets, and tshark has %d", len(all), len(want))
	}
	for i := range all {
		doc, _, err := ek.Document(nil, []byte(want[i]), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf(`{"timestamp":"%d","layers":%s}`, all[i].Time/1e6, all[i].Layers); got != string(doc) || all[i].Mark != nil {
			t.Fatalf("packet %d:\n%s\nwant\n%s", i+1, got, doc)
		}
	}
	if st := p.Stats(); st != (Stats{Packets: uint64(len(all))}) {
		t.Errorf("%+v", st)
	}
}

// direct is what tshark writes of a file.
func direct(t *testing.T, path string) []string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("tshark", "-n", "-T", "ek", "-r", path)
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, `{"timestamp"`) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// read are the packets of a capture file.
func read(t testing.TB, path string) ([]Packet, []capture.Interface) {
	t.Helper()
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var all []Packet
	var b capture.Batch
	for {
		err := src.Next(&b)
		if errors.Is(err, io.EOF) {
			return all, src.Interfaces()
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, Packet{Packet: p, Number: uint64(len(all) + 1), Flow: uint64(len(all) / 7)})
		}
	}
}

// TestNumbers: a packet's number is that in its source, whichever process it went to, and documents are given back in order.
func TestNumbers(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-tshark"), Processes: 3, MaxPackets: 100})
	var bodies []string
	for i := range 900 {
		bodies = append(bodies, fmt.Sprint("packet ", i))
	}
	all := texts(bodies...)
	for i := range all {
		all[i].Flow, all[i].Number = uint64(i/3), uint64(i+101)
	}
	if err := dissect(t, p, 10, nil, all); err != nil {
		t.Fatal(err)
	}
	for i, a := range all {
		want := fmt.Sprintf(`"frame_frame_number":"%d","frame_frame_len":"%d"},"data":{"data":"packet %d"}}`, i+101, len(a.Data), i)
		if !strings.HasSuffix(string(a.Layers), want) {
			t.Fatalf("packet %d: %s, want %s", i, a.Layers, want)
		}
	}
	if st := p.Stats(); st.Packets != 900 || st.Resets < 3 || st.Restarts != 0 {
		t.Errorf("%+v", st)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how much memory a process has is known on Linux only")
	}
	p, _ := find(t, Options{Path: install(t, "stub-tshark"), MaxMemory: 1})
	all := texts("a", "b", "c", "d")
	if err := dissect(t, p, 1, nil, all); err != nil {
		t.Fatal(err)
	}
	if st := p.Stats(); st.Packets != 4 || st.Resets == 0 || st.Restarts != 0 {
		t.Errorf("%+v", st)
	}
}
