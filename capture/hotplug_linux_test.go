// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"testing"
)

// TestCaptureWaitsForLink: an interface that was down goes on where it was.
func TestCaptureWaitsForLink(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t)
		l := mustOpenLive(t, LiveOptions{Interface: "veth1", Engine: engine, Promiscuous: true})
		w := newWireSender(t, "veth0")
		text := func(s string) []byte { return etherFrame(append(ipv4(17, 1, 2, false, 40), s...)) }
		for range 2 {
			w.send(text("before it went down"))
			collect(t, l, "before it went down")
			ip(t, "link set veth1 down")
			ip(t, "link set veth1 up")
			awaitVethPair(t)
		}
		w.send(text("the end"))
		collect(t, l, "the end")
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestCaptureInterfaceGoesAway: what was captured before is delivered, then the error says why there is no more.
func TestCaptureInterfaceGoesAway(t *testing.T) {
	for _, c := range []struct {
		name     string
		commands []string
	}{
		{"removed", []string{"link del veth0"}},
		{"down_and_removed", []string{"link set veth0 down", "link del veth0"}},
		{"replaced", []string{"link del veth0", "link add veth0 type veth peer name veth1"}},
		{"renamed_and_removed", []string{"link set veth0 down", "link set veth0 name veth9", "link del veth9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			engines(t, func(t *testing.T, engine string) {
				newVethPair(t)
				l := mustOpenLive(t, LiveOptions{Interface: "veth0", Engine: engine})
				w := newWireSender(t, "veth0") // the sender's own side is captured before the sending returns
				for range 20 {
					w.send(etherFrame(ipv4(17, 1, 2, false, 40)))
				}
				for _, command := range c.commands {
					ip(t, command)
				}
				n, err := drain(l)
				if n != 20 || !errors.Is(err, ErrRemoved) {
					t.Errorf("20 packets were sent, %d delivered, then %v", n, err)
				}
				if st := l.Stats(); st.Received != 20 {
					t.Errorf("%+v", st)
				}
			})
		})
	}
}

// TestCaptureNanoseconds: a clock that ticks in microseconds would give multiples of 1000 only.
func TestCaptureNanoseconds(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t)
		l := mustOpenLive(t, LiveOptions{Interface: "veth1", Engine: engine, Promiscuous: true})
		w := newWireSender(t, "veth0")
		for range 50 {
			w.send(etherFrame(ipv4(17, 1, 2, false, 40)))
		}
		w.send(etherFrame(append(ipv4(17, 1, 2, false, 40), "the end"...)))
		fine := 0
		for _, p := range collect(t, l, "the end") {
			if p.Time%1000 != 0 {
				fine++
			}
		}
		if fine == 0 {
			t.Error("all times are whole microseconds")
		}
	})
}
