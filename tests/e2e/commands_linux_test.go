// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// TestEspcapsLiveCommand: a capture with a filter, ended by SIGTERM, has stored all that came. The original ends when its tshark does.
func TestEspcapsLiveCommand(t *testing.T) {
	namespace(t)
	sink := es.NewSink(t, es.SinkOptions{})
	const discard, other, sent = 9, 10, 300
	p := cmdline{args: []string{"--nic=lo", "--bpf=udp dst port 9", "--node=" + strings.TrimPrefix(sink.URL, "http://")}}.start(t)
	capturing(t, func() bool { return sink.Stats().Docs > 0 || ended(p) })
	for range sent {
		for _, port := range []int{discard, other} {
			datagram(t, port)
		}
	}
	p.signal(syscall.SIGTERM)
	l := p.wait().exits(0).ledger()
	if n := datagramsTo(t, sink, discard); n < sent || n != l["packets seen"] || n != l["documents stored"] {
		t.Errorf("%d documents of at least %d packets: %v", n, sent, l)
	}
}

// TestEspcapsLiveCount: --count ends a capture, on standard output too.
func TestEspcapsLiveCount(t *testing.T) {
	namespace(t)
	p := cmdline{args: []string{"--nic=lo", "--count=5"}}.start(t)
	capturing(t, func() bool { return ended(p) })
	if r := p.wait().exits(0); len(r.lines()) != 5 {
		t.Errorf("%d lines, want 5:\n%s", len(r.lines()), r.out)
	}
}

// datagram sends one over the loopback.
func datagram(t *testing.T, port int) {
	t.Helper()
	c, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("x")) // refused: nobody listens
}

// datagramsTo is the number of documents that a sink was sent for datagrams to a port.
func datagramsTo(t *testing.T, s *es.Sink, port int) int {
	t.Helper()
	n := 0
	for _, d := range shippedDocs(t, s) {
		if hasNumber("destination.port", float64(port))(d) && hasText("network.transport", "udp")(d) {
			n++
		} else {
			t.Errorf("a packet that the filter is to leave out: %.300s", fmt.Sprint(d))
		}
	}
	return n
}

// TestOriginalGoesOnAfterSIGTERM: its handler waits for tshark, which was not told.
func TestOriginalGoesOnAfterSIGTERM(t *testing.T) {
	o := espcap(t)
	namespace(t)
	cmd := o.command(t.Context(), "--nic=lo", "--bpf=udp")
	cmd.Env = append(cmd.Env, "PYTHONUNBUFFERED=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its tshark is in the group
	out, done := newBuffer(), make(chan struct{})
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(done); _ = cmd.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); <-done })
	packets := func() int { return strings.Count(out.String(), "Packet no. ") }
	capturing(t, func() bool { return packets() > 0 })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	had := packets()
	capturing(t, func() bool { return packets() > had+20 }) // what was on its way is less
	select {
	case <-done:
		t.Error("it has ended, as its README says")
	default:
	}
}
