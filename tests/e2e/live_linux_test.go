// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// namespace moves the test into a network namespace of its own, with a loopback that nobody else uses. What the test
// starts and listens on lies in it, too. It ends with the test: the goroutine keeps its thread.
func namespace(t *testing.T) {
	t.Helper()
	espbeat(t) // is built outside
	if os.Geteuid() != 0 {
		t.Skip("live capture is not tested: it needs root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("live capture is not tested: the command ip is missing (`apt-get install iproute2`)")
	}
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		t.Skipf("live capture is not tested: a network namespace cannot be made (%v)", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("ip link set lo up: %v: %s", err, out)
	}
}

// traffic is what a live test sends.
type traffic struct {
	port    int // of the datagrams
	webPort int // of the HTTP server
}

const datagrams = 200

// send sends numbered datagrams, told apart by their lengths, and one HTTP request.
func send(t *testing.T) traffic {
	t.Helper()
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	conn, err := net.DialUDP("udp4", nil, sink.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i := range datagrams {
		if _, err := conn.Write(make([]byte, 100+i)); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Read(make([]byte, 4096))
		_, _ = c.Write([]byte("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
	}()
	// A connection of the test's own thread: http.Client dials on another one, outside the namespace.
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	req, err := http.NewRequest("GET", "http://live.example/the/path", nil)
	if err == nil {
		err = req.Write(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 4096)); n == 0 {
		t.Fatalf("no answer: %v", err)
	}
	return traffic{port: sink.LocalAddr().(*net.UDPAddr).Port, webPort: l.Addr().(*net.TCPAddr).Port}
}

// complete tells whether all that was sent is among the documents; check fails the test unless each came exactly once.
func (x traffic) complete(docs []document) bool {
	return len(x.lengths(docs)) >= datagrams && slices.ContainsFunc(docs, hasNumber("http.response.status_code", 204))
}

// arrives waits until a sink has all that was sent.
func (x traffic) arrives(t *testing.T, s *es.Sink) {
	t.Helper()
	have := 0
	for !x.complete(shippedDocs(t, s)) {
		taken(t, s, "all that was sent", func(st es.Stats) bool { return st.Docs > have })
		have = s.Stats().Docs
	}
}

func (x traffic) lengths(docs []document) []int {
	var n []int
	for _, d := range docs {
		if hasText("network.transport", "udp")(d) && hasNumber("destination.port", float64(x.port))(d) {
			n = append(n, int(d.at("network.bytes")[0].(float64)))
		}
	}
	slices.Sort(n)
	return n
}

func (x traffic) check(t *testing.T, docs []document) {
	t.Helper()
	got := x.lengths(docs)
	for i := range datagrams {
		want := 14 + 20 + 8 + 100 + i
		if n := count(got, want); n != 1 {
			t.Errorf("the datagram of %d bytes was found %d times", want, n)
		}
	}
	for what, match := range map[string]func(document) bool{
		"request":  both(hasText("http.request.method", "GET"), hasText("url.path", "/the/path")),
		"response": both(hasNumber("http.response.status_code", 204), hasNumber("source.port", float64(x.webPort))),
		"start":    both(hasNumber("destination.port", float64(x.webPort)), hasText("event.type", "start")),
	} {
		n := 0
		for _, d := range docs {
			if match(d) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s of HTTP: found %d times", what, n)
		}
	}
}

func count(all []int, v int) int {
	n := 0
	for _, a := range all {
		if a == v {
			n++
		}
	}
	return n
}

// capturing waits until packets of lo come out: the first ones of a process are sent before it listens.
func capturing(t *testing.T, seen func() bool) {
	t.Helper()
	c, err := net.Dial("udp4", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for !seen() {
		_, _ = c.Write([]byte("are you there")) // refused: nobody listens
		select {
		case <-again.C:
		case <-deadline:
			t.Fatal("nothing is captured")
		}
	}
}

func TestLivePrint(t *testing.T) {
	namespace(t)
	p := cmdline{args: []string{"--nic", "lo", "--format", "ecs", "--count", "100000"}}.start(t)
	capturing(t, func() bool { return p.out.String() != "" || ended(p) })
	x := send(t)
	waitFor(t, p.out, p.done, "all that was sent", func(s string) bool { return x.complete(whole(t, s)) })
	p.signal(os.Interrupt)
	r := p.wait().exits(0).complains("packets seen")
	x.check(t, parse(t, r.out))
}

// whole are the documents of the complete lines.
func whole(t *testing.T, out string) []document {
	if at := strings.LastIndexByte(out, '\n'); at >= 0 {
		return parse(t, out[:at])
	}
	return nil
}

func ended(p *process) bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// TestLiveIndexLeavesOutItsOwnShipping captures the interface that it ships over.
func TestLiveIndexLeavesOutItsOwnShipping(t *testing.T) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--nic", "lo", "--node", s.URL}}.start(t)
	capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
	x := send(t)
	x.arrives(t, s)
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	l := r.ledger()
	all := shippedDocs(t, s)
	x.check(t, all)
	if l["acknowledged"] != len(all) || l["documents stored"] != len(all) || l["own connections"] == 0 {
		t.Errorf("%d documents arrived; stderr:\n%s", len(all), tail(r.err, 2000))
	}
	port, err := strconv.Atoi(s.URL[strings.LastIndexByte(s.URL, ':')+1:])
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if either(hasNumber("source.port", float64(port)), hasNumber("destination.port", float64(port)))(d) {
			t.Fatalf("its own connection was captured: %.500v", fmt.Sprint(d))
		}
	}
}

// TestIdleInterfaceStaysSilent captures the interface that it ships over, uncompressed: shipping makes no packets to ship.
func TestIdleInterfaceStaysSilent(t *testing.T) {
	t.Parallel() // it waits, mostly
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--nic", "lo", "--node", s.URL, "-E", "output.elasticsearch.compression_level=0"}}.start(t)
	capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
	send(t)
	taken(t, s, "what was sent", func(st es.Stats) bool { return st.Docs >= datagrams })
	// What is on its way still, such as the end of the HTTP connection, is there when nothing more came for a while.
	const quiet, idle = 5 * time.Second, time.Minute
	for had := -1; had != s.Stats().Docs; time.Sleep(quiet) {
		had = s.Stats().Docs
	}
	had := s.Stats()
	time.Sleep(idle)
	if is := s.Stats(); is.Docs != had.Docs {
		t.Errorf("%d documents in an idle minute", is.Docs-had.Docs)
	}
	p.signal(os.Interrupt)
	if l := p.wait().exits(0).ledger(); l["own connections"] == 0 || l["acknowledged"] != had.Docs {
		t.Errorf("%d documents; ledger %v", had.Docs, l)
	}
}
