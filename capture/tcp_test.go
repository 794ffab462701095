// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// serve sends content to one client and returns the address for Open.
func serve(t *testing.T, send func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return // the test is over
		}
		defer conn.Close()
		send(conn)
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "tcp://" + l.Addr().String()
}

func TestPcapOverIP(t *testing.T) {
	for name, content := range map[string][]byte{"pcap": samplePcap(900), "pcapng": twoLinks(9).buf, "gzip": gzipped(samplePcap(900))} {
		address := serve(t, func(c net.Conn) { _, _ = c.Write(content) })
		s, err := Open(address, FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(mustReadAll(t, s)), len(mustReadAll(t, fromBytes(content, FileOptions{}))); got != want {
			t.Errorf("%s: %d packets, want %d", name, got, want)
		}
		s.Close()
	}
}

// A packet comes out while the server holds the connection open, and Close ends the wait.
func TestPcapOverIPDoesNotWait(t *testing.T) {
	address := serve(t, func(c net.Conn) {
		_, _ = c.Write(samplePcap(1))
		_, _ = io.Copy(io.Discard, c) // until the client goes
	})
	s, err := Open(address, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("%d packets, %v", len(b.Packets), err)
	}
	ended := make(chan error)
	go func() { ended <- s.Next(&b) }()
	s.Close()
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("Next at Close: %v", err)
	}
}

func TestPcapOverIPBreaks(t *testing.T) {
	content := samplePcap(3)
	address := serve(t, func(c net.Conn) { _, _ = c.Write(content[:len(content)-1]) })
	s, err := Open(address, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := readAll(s)
	var broken *BreakError
	if !errors.As(err, &broken) || broken.Name != address || len(got) != 2 {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

func TestPcapOverIPErrors(t *testing.T) {
	for _, name := range []string{"tcp://", "tcp://host", "tcp://:4000", "tcp://host:", "tcp://host:1/", "tcp://::1:4000:x"} {
		if _, err := Open(name, FileOptions{}); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "write tcp://host:port") {
			t.Errorf("%s: %v", name, err)
		}
	}
	address := serve(t, func(net.Conn) {})
	if s, err := Open(address, FileOptions{}); err != nil {
		t.Fatal(err)
	} else {
		s.Close()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	if _, err := Open("tcp://"+l.Addr().String(), FileOptions{}); err == nil || !strings.Contains(err.Error(), "check that a pcap-over-IP server listens there") {
		t.Errorf("refused: %v", err)
	}
	var late net.Error
	if _, err := openTCP("tcp://192.0.2.1:4000", FileOptions{}, time.Nanosecond); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("timeout: %v", err)
	}
}
