// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/tests/internal/es"
)

// searches are display filters, each of which finds packets of the demo, as tshark does.
var searches = []string{
	"tcp.flags.syn == 1", "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.port == 80", "udp", "arp", "icmp", "icmpv6", "ipv6", "vlan", "dhcp", "ssh",
	"ip.ttl < 64", "frame.len > 500", "dns && !icmp && !icmpv6", "dns.flags.response == 1 && !icmp", "http.request", `http.host matches "example"`,
	"tls.handshake.type == 1", "tls.handshake.extensions_server_name", "tcp.analysis.retransmission", "tcp.len > 0", "eth.dst == ff:ff:ff:ff:ff:ff",
	"ip.addr == 192.0.2.0/24", "tcp.port in {443, 8000..8100}", "!(tcp || udp)", "tcp.flags & 0x04",
}

// indexed imports a capture into a data stream of its own.
func indexed(t *testing.T, s *es.Server, path string, settings ...string) string {
	t.Helper()
	index := stream(t, s)
	args := []string{"--file", path, "--node", s.URL, "--index", index}
	for _, set := range settings {
		args = append(args, "-E", "espbeat.inputs.0."+set)
	}
	run(t, args...).exits(0)
	s.Refresh(index)
	return index
}

// archive is a folder of captures, which another user may look into: the demo, plain and compressed as a whole.
func archive(t *testing.T) string {
	t.Helper()
	dir := open(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(read(t, demo())); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"demo.pcapng": read(t, demo()), "2024/demo.pcapng.gz": zipped.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // for another user
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // for another user
			t.Fatal(err)
		}
	}
	return dir
}

// packetsOf reads a capture.
func packetsOf(t *testing.T, path string) (all []capture.Packet) {
	t.Helper()
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var b capture.Batch
		if err := src.Next(&b); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Packets...)
	}
}

// samePackets compares captures to the byte and the nanosecond.
func samePackets(t *testing.T, what string, got, want []capture.Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d packets, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		g, w := &got[i], &want[i]
		if g.Time != w.Time || g.Length != w.Length || g.LinkType != w.LinkType || !bytes.Equal(g.Data, w.Data) || !slices.Equal(g.Comments, w.Comments) {
			t.Errorf("%s: packet %d is %+v, want %+v", what, i+1, g, w)
			return
		}
	}
}

// TestPcapIsWhatTsharkFinds searches the demo and compares the captures that come of it with those that tshark makes of the demo itself: from
// bytes in documents, and from captures that documents point to.
func TestPcapIsWhatTsharkFinds(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("captures of documents are opened on Linux only")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("captures are not compared with tshark's: tshark is missing (`apt-get install tshark`)")
	}
	s := server(t)
	dir := archive(t)
	capturing := []string{"capture.id=lab", "capture.root=" + dir}
	indices := map[string]string{
		"raw":        indexed(t, s, demo(), "payload.raw=true"),
		"plain":      indexed(t, s, filepath.Join(dir, "demo.pcapng"), capturing...),
		"compressed": indexed(t, s, filepath.Join(dir, "2024", "demo.pcapng.gz"), capturing...),
	}
	for i, filter := range searches {
		want := filepath.Join(t.TempDir(), "want.pcapng")
		cmd := exec.Command("tshark", "-n", "-r", demo(), "-Y", filter, "-w", want)
		cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("tshark %s: %v: %s", filter, err, out)
		}
		packets := packetsOf(t, want)
		if len(packets) == 0 {
			t.Errorf("%s finds nothing", filter)
		}
		for _, kind := range []string{"raw", []string{"plain", "compressed"}[i%2]} {
			index := indices[kind]
			got := filepath.Join(t.TempDir(), "got.pcapng")
			run(t, "pcap", "--node", s.URL, "--index", index, "--filter", filter, "--store", "lab="+dir, "-w", got).exits(0)
			samePackets(t, kind+": "+filter, packetsOf(t, got), packets)
		}
	}
}

// TestPcapSearches asks in the other ways that there are.
func TestPcapSearches(t *testing.T) {
	s := server(t)
	index := indexed(t, s, demo(), "payload.raw=true")
	all := packetsOf(t, demo())
	out := filepath.Join(t.TempDir(), "out.pcapng")
	pcap := func(args ...string) result {
		return run(t, append([]string{"pcap", "--node", s.URL, "--index", index, "-w", out}, args...)...)
	}
	numbers := func(what string, keep func(n int, p *capture.Packet) bool) {
		t.Helper()
		var want []capture.Packet
		for i := range all {
			if keep(i+1, &all[i]) {
				want = append(want, all[i])
			}
		}
		samePackets(t, what, packetsOf(t, out), want)
	}
	pcap("--query", "packet.number:[1 TO 20] OR packet.number:300").exits(0).complains("21 packets written")
	numbers("query", func(n int, _ *capture.Packet) bool { return n <= 20 || n == 300 })
	pcap("-q", `{"range": {"packet.number": {"gt": 340}}}`).exits(0)
	numbers("dsl", func(n int, _ *capture.Packet) bool { return n > 340 })
	from, to := all[99].Time, all[199].Time
	rfc := func(i int) string { return time.Unix(0, all[i].Time).UTC().Format(time.RFC3339Nano) }
	pcap("--from", rfc(99), "--to", rfc(199)).exits(0)
	numbers("time", func(_ int, p *capture.Packet) bool { return p.Time >= from && p.Time < to })
	pcap("--query", "*", "--limit", "5").exits(0).complains("there are more than --limit 5")
	numbers("limit", func(n int, _ *capture.Packet) bool { return n <= 5 })
	r := run(t, "pcap", "--node", s.URL, "--index", index, "--query", "*", "-w", "-").exits(0)
	if err := os.WriteFile(out, []byte(r.out), 0o600); err != nil {
		t.Fatal(err)
	}
	numbers("standard output", func(int, *capture.Packet) bool { return true })
	pcap("--query", "event.dataset:nothing").exits(0).complains("0 packets written")
	numbers("nothing", func(int, *capture.Packet) bool { return false })

	// Whole flows: those of all packets with the flow ids of the found ones.
	pcap("--filter", "http.request", "--flow").exits(0)
	flows := map[any]bool{}
	found := s.Search(index, map[string]any{"size": 1000, "query": map[string]any{"exists": map[string]any{"field": "http.request.method"}}})
	for _, h := range found.Hits {
		flows[h.Source["flow"].(map[string]any)["id"]] = true
	}
	of := map[int]any{}
	for _, h := range s.Search(index, map[string]any{"size": 1000}).Hits {
		if f, ok := h.Source["flow"].(map[string]any); ok {
			of[int(h.Source["packet"].(map[string]any)["number"].(float64))] = f["id"]
		}
	}
	if len(flows) < 3 || len(found.Hits) > 50 {
		t.Fatalf("%d flows, %d requests", len(flows), len(found.Hits))
	}
	numbers("flows", func(n int, _ *capture.Packet) bool { return flows[of[n]] })

	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--query", "tcp and udp"}, 2, "write AND in capitals"},
		{[]string{"--query", "source.port:[1 TO"}, 1, "Failed to parse query"},
		{[]string{"-q", `{"nothing": {}}`}, 1, "unknown query [nothing]"},
		{[]string{"--filter", "tcp.port = 80"}, 2, `"="`},
		{[]string{"--from", "yesterday"}, 1, "failed to parse date field"},
		{nil, 2, "nothing to search for"},
		{[]string{"--query", "*", "--index", "no-such-" + index}, 1, "name the index or data stream of the packets with --index"},
		{[]string{"--query", "*", "-w", filepath.Join(out, "x")}, 1, "-w: "},
		{[]string{"--query", "*", "--store", "/nowhere"}, 1, "open capture store /nowhere"},
		{[]string{"--query", "*", "--store", t.TempDir()}, 1, "give it as ID="},
	} {
		pcap(c.args...).exits(c.code).complains(c.want)
	}
}

// TestPcapOfHostileDocuments: packets that are not as their documents say are missing, and said to be.
func TestPcapOfHostileDocuments(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("captures of documents are opened on Linux only")
	}
	s := server(t)
	dir := archive(t)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	index := indexed(t, s, filepath.Join(dir, "demo.pcapng"), "capture.id=lab", "capture.root="+dir)
	hits := s.Search(index, map[string]any{"size": 1, "query": es.Query("packet.number:100")}).Hits
	if len(hits) != 1 {
		t.Fatal("there is no packet 100")
	}
	place := func(name string, value any) func(map[string]any) {
		return func(d map[string]any) { d["packet"].(map[string]any)["capture"].(map[string]any)[name] = value }
	}
	cases := []struct {
		change func(map[string]any)
		want   string
	}{
		{place("file", "../../../etc/passwd"), "no name of a file beneath it"},
		{place("file", "/etc/passwd"), "no name of a file beneath it"},
		{place("file", "link"), "links are not followed"},
		{place("file", "\x1b]0;mine\x07"), `"\x1b]0;mine\a"`},
		{place("offset", 1<<60), "the file ends before"},
	}
	for i, c := range cases {
		d := hits[0].Source
		c.change(d)
		d["tags"] = []string{fmt.Sprint("hostile", i)}
		if status, m := s.Do("POST", "/"+index+"/_create/hostile"+fmt.Sprint(i)+"?refresh=true", d); status != 201 {
			t.Fatalf("status %d: %v", status, m)
		}
		d["packet"] = s.Search(index, map[string]any{"size": 1, "query": es.Query("packet.number:100 AND NOT tags:hostile*")}).Hits[0].Source["packet"]
		out := filepath.Join(t.TempDir(), "out.pcapng")
		r := run(t, "pcap", "--node", s.URL, "--index", index, "--query", fmt.Sprint("tags:hostile", i), "--store", "lab="+dir, "-w", out).exits(1)
		r.complains("packet 100 of 20", " is missing: ", c.want, "0 packets written, 1 missing")
		if strings.Contains(r.err, "\x1b") {
			t.Errorf("a document speaks to the terminal: %q", r.err)
		}
	}
}

// TestPcapServe asks a server of captures, which runs as nobody.
func TestPcapServe(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("captures of documents are opened on Linux only")
	}
	s := server(t)
	dir := archive(t)
	index := indexed(t, s, filepath.Join(dir, "2024", "demo.pcapng.gz"), "capture.id=lab", "capture.root="+dir)
	token := write(t, dir, "token", strings.Repeat("0123456789abcdef", 4)+"\n")
	if err := os.Chmod(token, 0o644); err != nil { //nolint:gosec // for another user
		t.Fatal(err)
	}
	// A folder of its own: the keystore of another test is another user's.
	args := []string{"pcap", "serve", "--listen", "127.0.0.1:0", "--store", "lab=" + dir, "--token-file", token, "--path.data", filepath.Join(dir, "data")}
	if os.Geteuid() == 0 {
		run(t, args...).exits(2).complains("does not run as root")
	}
	cmdline{args: append(slices.Clone(args), "--listen", "0.0.0.0:0"), user: nobody(t), dir: dir}.run(t).exits(2).complains("give --certificate and --key")
	p := cmdline{args: args, user: nobody(t), dir: dir}.start(t)
	const says = "serving packets at "
	p.says(says)
	_, address, _ := strings.Cut(strings.TrimSpace(p.err.String()), says)
	out := filepath.Join(t.TempDir(), "out.pcapng")
	pcap := func(token string) result {
		return run(t, "pcap", "--node", s.URL, "--index", index, "--query", "*", "--store", "http://"+address, "--token-file", token, "-w", out)
	}
	pcap(token).exits(0)
	samePackets(t, "served", packetsOf(t, out), packetsOf(t, demo()))
	pcap(write(t, t.TempDir(), "other", strings.Repeat("f", 64))).exits(1).complains("it knows another token")
	if resp, err := http.Get("http://" + address + "/v1/packet?file=../token"); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v, %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	// One line of each request: the stores, the packets, and two that were refused.
	if n := len(r.lines()); n != demoPackets+3 || !strings.Contains(r.out, `"file":"2024/demo.pcapng.gz"`) || strings.Contains(r.out, "0123456789abcdef") {
		t.Errorf("%d lines of audit:\n%s", n, tail(r.out, 1000))
	}
}
